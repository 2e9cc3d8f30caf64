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

# What stands in a text's place where something else was sent.
PLACEHOLDERS: dict[str, str] = {
    **dict.fromkeys(
        ("图片", "表情", "动画表情", "自定义表情", "截图", "image", "picture", "photo", "sticker", "zdjęcie"), "image"
    ),
    **dict.fromkeys(("视频", "小视频", "video", "film"), "video"),
    **dict.fromkeys(("语音", "语音消息", "voice", "audio"), "voice"),
    **dict.fromkeys(("文件", "附件", "file", "attachment", "plik", "załącznik"), "file"),
    **dict.fromkeys(("商品", "商品卡片", "商品链接", "卡片", "宝贝"), "product_card"),
    **dict.fromkeys(("订单", "订单卡片", "订单信息"), "order_card"),
}
_BRACKETS = (("[", "]"), ("【", "】"), ("［", "］"), ("<", ">"))
_STANDING_FOR = {f"{left}{word}{right}": kind for word, kind in PLACEHOLDERS.items() for left, right in _BRACKETS}
_PRODUCT_LINK = (
    r"^\s*https?://(?:item\.taobao\.com|detail\.tmall\.com|item\.jd\.com|(?:mobile|m)\.(?:yangkeduo|pinduoduo)\.com/goods"
    r"|allegro\.pl/oferta|haohuo\.jinritemai\.com)\S*\s*$"
)

_NOTICE_STARTS = (
    r"^\s*(?:[【\[［](?:即将超时|客服超时|消极接待|系统消息|系统提示|系统通知|平台提醒|平台通知|平台消息|官方提醒)[】\]］]"
    r"|当前用户来自|系统关闭会话|会话已(?:结束|关闭|超时)|以上为历史消息|以上是历史消息|已加载近[0-9]+个月订单|买家已退出会话)"
)
_NOTICE_WHOLE = (
    *("机器人套餐已用完", "已停止自动回复", "诱导第三方违规", "邀请下单", "小额打款", "消极接待", "系统关闭会话", "千牛"),
    *("以上为历史消息", "会话结束", "对方正在输入", "消息已发送,但被对方拒收"),
)
# A recall or a hand-over, which the platform writes under the name of whom it is about.
_RECALL = (
    r"^\s*(?:.{0,60}撤回了(?:一条|1条)?消息.{0,20}"
    r"|This message was deleted\.?|You deleted this message\.?|Ta wiadomość została usunięta\.?)\s*$"
)
_HAND_OVER = (
    r"^\s*(?:由\s?.{1,40}\s?转交给.{0,60}"
    r"|(?:.{0,40}(?:将|把))?(?:本次|该|当前)?会话(?:已)?(?:由.{1,40})?(?:转接|转移|转交)(?:给|至|到|成功).{0,60}"
    r"|原因：【离线留言自动分配】)\s*$"
)
_TALK = "[您你亲我咱帮请哈哦呢]"  # a person who says that he hands over is a person
_ROBOT = (
    "此消息由机器人自动回复",
    "由机器人推荐",
    "本消息由机器人发送",
    "以上为机器人自动回复",
    "此消息为系统自动回复",
    "此消息为自动回复",
)
_ROBOT_STARTS = r"^\s*[【\[［(（](?:自动回复|机器人|智能客服|智能助手|自动欢迎语|欢迎语|系统自动回复)[】\]］)）]"
_READ_MARK = r"\r?\n[ \t]*[(（\[]?(?:已读|未读|送达)[)）\]]?\s*$"

# What a line of the platform or of a robot must hold to be one: a cheap look before the exact ones.
_TELLING = [
    *("客服超时", "即将超时", "消极接待", "系统消息", "系统提示", "系统通知", "系统自动回复", "系统关闭", "平台提醒", "平台通知"),
    *("平台消息", "官方提醒", "当前用户来自", "会话", "历史消息", "已加载近", "离线留言", "机器人", "自动回复", "自动欢迎语"),
    *("智能客服", "智能助手", "欢迎语", "撤回了", "转交给", "deleted", "usunięta", "\n已读", "\n未读", "\n(已读", "\n[已读"),
    *_NOTICE_WHOLE,
]


def telling_lines(name: str) -> pl.Expr:
    """Whether a line may be one of those that the functions below know."""
    return pl.col(name).str.contains_any(_TELLING)


def notice_lines(name: str) -> pl.Expr:
    """Whether a line is a notice of the platform that stands among the chat lines."""
    text = pl.col(name)
    return text.str.contains(_NOTICE_STARTS) | text.str.strip_chars().is_in(_NOTICE_WHOLE)


def event_lines(name: str) -> pl.Expr:
    """Whether a line is the platform's word on a recall or a hand-over."""
    text = pl.col(name)
    return text.str.contains(_RECALL) | (text.str.contains(_HAND_OVER) & ~text.str.contains(_TALK))


def robot_label(name: str) -> pl.Expr:
    """Whether a line bears the platform's label of an automatic answer."""
    text = pl.col(name).str.strip_chars(" \r\n()（）[]【】")
    ends = (text.str.ends_with(label) for label in _ROBOT)
    return pl.any_horizontal(*ends, pl.col(name).str.contains(_ROBOT_STARTS))


def without_read_mark(name: str) -> pl.Expr:
    """The text without the last line in which a client notes that it was read."""
    return pl.col(name).str.replace(_READ_MARK, "")


def standing_for(name: str) -> pl.Expr:
    """What the text stands for where something else was sent; null where it is a text."""
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    known = text.replace_strict(list(_STANDING_FOR), list(_STANDING_FOR.values()), default=None, return_dtype=pl.String)
    link = pl.when(pl.col(name).str.contains(_PRODUCT_LINK)).then(pl.lit("product_card"))
    return pl.coalesce(known, link)


def may_stand_for(name: str) -> pl.Expr:
    """Whether `standing_for` may know it: a cheap look."""
    first = pl.col(name).str.strip_chars_start().str.head(1)
    short = pl.col(name).str.len_bytes() <= 40
    return (short & first.is_in([left for left, _ in _BRACKETS])) | pl.col(name).str.starts_with("http")
