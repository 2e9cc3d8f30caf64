"""The chats beside rules, many at once, as the tables that are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from auditor.model import MESSAGE_COLUMNS, ORDER_COLUMNS, Fact, Shop
from auditor.ruletest.chats import Case, Line, as_text


def tables(cases: Sequence[Case]) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Shop], dict[int, datetime]]:
    """Messages, orders, shops, and until when each export reaches; case n is conversation c<n>, shop s<n>, source n."""
    messages: list[dict[str, object]] = []
    orders: list[dict[str, object]] = []
    shops: dict[str, Shop] = {}
    taken: set[str] = set()
    for n, case in enumerate(cases):
        names = {str(o["order_id"]): _free(str(o["order_id"]), n, taken) for o in case.orders}
        messages += [_message(case, n, line, names) for line in case.lines]
        orders += [_order(case, n, order, names) for order in case.orders]
        if case.orders:  # the order export goes on until then, too
            orders.append(
                {"order_id": f"end-{n}", "platform": case.platform, "created_at": case.export_ends, "source": n, "row": 0}
            )
        facts = tuple(_fact(f"s{n}", fact) for fact in case.facts)
        shops[f"s{n}"] = Shop(f"s{n}", platform=case.platform, facts=facts)
    return (
        _frame(messages, MESSAGE_COLUMNS),
        _frame(orders, ORDER_COLUMNS),
        shops,
        {n: c.export_ends for n, c in enumerate(cases)},
    )


def _free(name: str, n: int, taken: set[str]) -> str:
    free = f"{name}-{n}" if name in taken else name
    taken.add(free)
    return free


def _frame(rows: list[dict[str, object]], columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    utc = [{key: v.astimezone(UTC) if isinstance(v := row.get(key), datetime) else v for key in columns} for row in rows]
    return pl.DataFrame(utc, schema=dict(columns), orient="row")


def _message(case: Case, n: int, line: Line, names: Mapping[str, str]) -> dict[str, object]:
    offset = line.at.utcoffset() or timedelta(0)
    return {
        "conversation_id": f"c{n}-{line.conversation}" if line.conversation else f"c{n}",
        "message_id": line.message_id,
        "sent_at": line.at,
        "offset_s": int(offset.total_seconds()),
        "sender_role": line.role,
        "sender_id": line.sender,
        "text": line.text,
        "content_type": line.content_type,
        "channel": case.channel,
        "platform": case.platform,
        "shop_id": f"s{n}",
        "buyer_id": f"b{n}-{line.conversation}" if line.conversation else f"b{n}",
        "order_id": names.get(case.order, case.order) if case.order else None,
        "product_id": case.product,
        "lang": case.lang,
        "time_doubt": False,
        "source": n,
        "row": int(line.message_id[1:]),
    }


def _order(case: Case, n: int, order: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    buyer = str(order.get("buyer_id") or "b1")
    return {
        **order,
        "order_id": names[str(order["order_id"])],
        "platform": case.platform,
        "shop_id": f"s{n}",
        "buyer_id": f"b{n}" if buyer == "b1" else f"{buyer}-{n}",
        "source": n,
        "row": 1,
    }


def _fact(shop: str, row: Mapping[str, object]) -> Fact:
    exceptions = row.get("except")
    return Fact(
        shop_id=shop,
        slot=str(row.get("slot")),
        value=str(row.get("value")),
        product_id=as_text(row.get("product_id")),
        currency=as_text(row.get("currency")),
        text=as_text(row.get("text")),
        exceptions=tuple((str(k), str(v)) for k, v in exceptions.items()) if isinstance(exceptions, dict) else (),
        valid_from=row.get("valid_from"),  # type: ignore[arg-type]
        valid_to=row.get("valid_to"),  # type: ignore[arg-type]
    )
