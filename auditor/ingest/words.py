"""The words by which exports call roles, kinds of content and channels, and the platform's own lines within chats."""

from __future__ import annotations

import polars as pl

ROLE_WORDS: dict[str, str] = {
    **dict.fromkeys(
        ("customer", "user", "client", "visitor", "end-user", "买家", "顾客", "客户", "用户", "消费者", "kupujący", "klient"),
        "buyer",
    ),
    **dict.fromkeys(
        ("seller", "staff", "operator", "cs", "mall_cs", "shop", "merchant", "卖家", "客服", "商家", "人工客服", "店家"), "agent"
    ),
    **dict.fromkeys(("sprzedawca", "sprzedający", "konsultant", "obsługa", "sklep"), "agent"),
    **dict.fromkeys(("robot", "auto", "automatic", "autoreply", "机器人", "智能客服", "自动回复", "automat"), "bot"),
    **dict.fromkeys(("platform", "notice", "admin", "系统", "平台", "系统消息", "系统通知"), "system"),
}
CONTENT_WORDS: dict[str, str] = {
    "txt": "text", "文本": "text", "文字": "text", "msg": "text",
    "img": "image", "picture": "image", "photo": "image", "图片": "image", "emoji": "image", "表情": "image",
    "视频": "video", "audio": "voice", "语音": "voice", "attachment": "file", "文件": "file",
    "product": "product_card", "goods": "product_card", "goods_card": "product_card", "card": "product_card",
    "商品卡片": "product_card",
    "order": "order_card", "订单卡片": "order_card", "system": "event", "notice": "event", "recall": "event", "事件": "event",
}  # fmt: skip
CHANNEL_WORDS: dict[str, str] = {"im": "chat", "mail": "email", "e-mail": "email", "issue": "dispute", "claim": "dispute"}

LANG_WORDS = {"zh-cn": "zh", "zh_cn": "zh", "en-us": "en", "en-gb": "en", "pl-pl": "pl"}

_NOTICE_STARTS = (
    r"^\s*(?:【(?:即将超时|客服超时|消极接待|系统消息|系统提示|平台提醒)】"
    r"|当前用户来自|系统关闭会话|以上为历史消息|已加载近[0-9]+个月订单)"
)
_NOTICE_WHOLE = ("机器人套餐已用完", "已停止自动回复", "诱导第三方违规", "邀请下单", "小额打款")
_ROBOT = ("此消息由机器人自动回复", "由机器人推荐")

# What a line of the platform or of a robot must hold to be one: a cheap look before the exact ones.
_TELLING = [
    *("超时】", "消极接待】", "系统消息】", "系统提示】", "平台提醒】"),
    *("当前用户来自", "系统关闭会话", "以上为历史消息", "已加载近"),
    *_NOTICE_WHOLE,
    *_ROBOT,
]


def telling_lines(name: str) -> pl.Expr:
    """Whether a line may be one of `notice_lines` or bear a `robot_label`."""
    return pl.col(name).str.contains_any(_TELLING)


def notice_lines(name: str) -> pl.Expr:
    """Whether a line is a notice of the platform that stands among the chat lines."""
    text = pl.col(name)
    return text.str.contains(_NOTICE_STARTS) | text.str.strip_chars().is_in(_NOTICE_WHOLE)


def robot_label(name: str) -> pl.Expr:
    """Whether a line bears the platform's label of an automatic answer."""
    text = pl.col(name).str.strip_chars(" \r\n()（）[]【】")
    return pl.any_horizontal(text.str.ends_with(label) for label in _ROBOT)
