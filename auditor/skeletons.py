"""Skeletons of answers: what is left of a text when signs, or signs and idle words, are taken away."""

from __future__ import annotations

import polars as pl

from auditor.model import LANGS, Lang
from auditor.reading.column import without_diacritics
from auditor.reading.words import word_list
from auditor.shard import Shard

_IDLE = "mechanical/idle"
_SHORTEST = {"zh": 6, "en": 15, "pl": 15}  # letters; shorter answers ("可以的", "yes, we do") rightly fit many questions
_STEM = r"([\pL\pN]{5})[\pL\pN]+"  # "zapoznać się" and "zapoznanie się" are one word; not for Chinese


def skeletons(shard: Shard) -> pl.DataFrame:
    """conversation_id, sender_id, text_id, skeleton, loose of typed answers, of agents who gave two or more long enough ones.

    skeleton: letters and digits only. loose: the same of stems, without idle words; no negation and no number is idle.
    """
    texts = shard.texts.frame.filter(pl.col("by_agent")).select("text_id", "lang", "norm")
    texts = texts.with_columns(_bare_column(pl.col("norm")).alias("skeleton"))
    texts = texts.filter(pl.col("skeleton").str.len_chars() >= pl.col("lang").replace_strict(_SHORTEST, default=15))
    said = shard.messages.filter((pl.col("sender_role") == "agent") & (pl.col("content_type") == "text"))
    said = said.select("conversation_id", "sender_id", "text_id").join(texts, on="text_id", how="semi")
    said = said.filter(pl.len().over("conversation_id", "sender_id") > 1)
    texts = texts.join(said, on="text_id", how="semi")
    loose = pl.concat([_loose(texts.filter(pl.col("lang") == lang), lang) for lang in LANGS])
    return said.join(loose, on="text_id")


def _loose(texts: pl.DataFrame, lang: Lang) -> pl.DataFrame:
    plain = without_diacritics(pl.col("norm")) if lang == "pl" else pl.col("norm")
    idle = word_list(_IDLE, lang)
    stems = plain if idle is None else plain.str.replace_all("|".join(f"(?:{one})" for one in idle.patterns), "")
    if lang != "zh":
        stems = stems.str.replace_all(_STEM, "$1")
    return texts.select("text_id", "skeleton", _bare_column(stems).alias("loose"))


def _bare_column(texts: pl.Expr) -> pl.Expr:
    return texts.str.replace_all(r"[^\pL\pN]", "")
