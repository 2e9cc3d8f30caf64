"""What arrives: the buyer's parcel, or goods that the shop ordered for itself."""

from __future__ import annotations

from auditor.model import Lang
from auditor.reading.segments import Segment
from auditor.reading.tokens import Token

_ARRIVES: dict[Lang, tuple[str, ...]] = {
    "zh": ("到货", "到"),
    "en": ("arriv", "land"),
    "pl": ("przyjd", "dojed", "dotr", "dojd", "dostawa"),
}
_GOODS = ("款", "色", "码", "型")  # 这款周五到货
_PARCELS: dict[Lang, tuple[str, ...]] = {
    "zh": ("包裹", "快递", "件", "订单", "东西", "单", "宝贝", "物流", "省", "市", "区", "您", "你"),
    "en": ("parcel", "package", "order", "deliver", "ship", "mail", "post", "everything", "courier", "item", "refund", "money"),
    "pl": ("paczk", "przesylk", "zamowien", "kurier", "list", "wszystko", "pieniadz", "pan", "zwrot", "srodki"),
}


def is_receipt(part: Segment, action: Token, text: str) -> bool:
    """Whether the Chinese verb tells of a receipt that is no promise: by the shop (我们收到), or as an event (收到商品后…)."""
    if not text.startswith(("收到", "签收"), action.start):
        return False
    if text.startswith("签收", action.start) and not text.endswith(("能", "会", "可以", "就"), 0, action.start):
        return not part.asked
    if not part.asked and not part.groups and not text.endswith(("能", "会", "可以", "就"), 0, action.start):
        return True
    before = [token.kind for token in part.tokens if token.end <= action.start and token.kind in ("seller", "buyer", "to_buyer")]
    later = any(other.start > action.start and not other.kind.startswith("deliver") for other in part.actions)
    return before[-1:] == ["seller"] or later


def is_own_stock(part: Segment, action: Token, text: str, lang: Lang) -> bool:
    """Whether the shop's own goods arrive ("the blue ones arrive on Monday", 黑色周一到货), not the buyer's parcel."""
    if part.asked or not text.startswith(_ARRIVES[lang], action.start) or part.has("to_buyer", "buyer", "carrier"):
        return False
    if not part.groups or any(group.piece.sort == "span" for group in part.groups):
        return False
    if lang == "zh" and not (text.startswith("到货", action.start) or text.endswith("才", 0, action.start)):
        return False
    at, rest = part.start, ""
    for token in part.tokens:
        if token.end <= action.start:
            rest += text[at : token.start] + " "
            at = max(at, token.end)
    rest += text[at : action.start]
    letters = sum(map(str.isalnum, rest))
    if lang == "zh" and rest.rstrip().endswith(_GOODS):
        return True
    return letters >= (2 if lang == "zh" else 3) and not any(word in rest for word in _PARCELS[lang])
