"""Claims in Polish, with and without diacritics; and all that looks like a claim and is none."""

from __future__ import annotations

import pytest

from auditor.reading.claims import claims
from auditor.reading.normal import normal


def read(text: str) -> dict[str, str]:
    return {claim.slot: claim.value for claim in claims(normal(text), "pl")}


@pytest.mark.parametrize(
    "text",
    [
        "Czy towar jest na stanie? Sprawdzę.",
        "Towar będzie dostępny za tydzień.",
        "Pisała Pani, że wysyłka gratis.",
        "Pieniądze zwrócimy w ciągu 14 dni.",
        "Proszę odesłać w ciągu 14 dni.",
        "Używanego towaru nie można zwrócić.",
        "Produkty na zamówienie nie podlegają zwrotowi.",
        "Jak tylko paczka zostanie wysłana, damy znać.",
        "Jutro zostanie wysłana.",
        "Brakujące śruby już wysłaliśmy.",
        "Nowa paczka została wysłana ponownie.",
        "Wysłaliśmy Pani zdjęcia na maila.",
        "To nie podróbka.",
        "Gwarancja nie obejmuje zalania.",
        "Zostały tylko 2 dni promocji.",
    ],
)
def test_no_claim(text: str) -> None:
    assert read(text) == {}


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("Tak, mamy na stanie.", "stock", "in_stock"),
        ("Niestety produkt został wyprzedany.", "stock", "out_of_stock"),
        ("Zostały ostatnie dwie sztuki.", "stock", "2"),
        ("Została już tylko jedna!", "stock", "1"),
        ("Wysyłka jest darmowa.", "shipping_fee", "free"),
        ("Przy zamówieniu powyżej 100 zł wysyłka gratis.", "shipping_fee", "free_over_100"),
        ("Wysyłka kurierem to 14,99 zł.", "shipping_fee", "14.99"),
        ("Koszty wysyłki pokrywa kupujący.", "shipping_fee", "buyer_pays"),
        ("Ma Pani 30 dni na zwrot.", "return_policy", "30_days"),
        ("Zwrotow nie przyjmujemy.", "return_policy", "none"),
        ("Standardowo wysyłamy w 24h.", "ship_time", "24h"),
        ("Czas realizacji wynosi 3 dni robocze.", "ship_time", "3d"),
        ("Paczka zostala juz nadana.", "shipped", "true"),
        ("Zamówienie wyszło od nas wczoraj.", "shipped", "true"),
        ("Paczka jeszcze nie wysłana.", "shipped", "false"),
        ("Cena wynosi 129,90 zł.", "price", "129.9"),
        ("Cena to 1 299,00 zł.", "price", "1299"),
        ("Mamy 10% rabatu.", "discount", "10%"),
        ("Wysyłamy tylko przez InPost.", "carrier", "InPost"),
        ("Dajemy dwa lata gwarancji.", "warranty", "24_months"),
        ("Gwarancji brak.", "warranty", "none"),
        ("To w 100% oryginał.", "authenticity", "genuine"),
        ("Wystawiamy faktury VAT.", "invoice", "yes"),
        ("Nie wystawiamy faktur.", "invoice", "no"),
        ("Donica wykonana z ceramiki.", "material", "ceramic"),
        ("Dokładamy mały gratis.", "gift", "yes"),
        ("Zwracamy 20 zł za kłopot.", "compensation", "20"),
        ("Pieniądze zostały już zwrócone.", "refunded", "true"),
    ],
)
def test_claim(text: str, slot: str, value: str) -> None:
    assert read(text).get(slot) == value


def test_colour_limits_the_claim() -> None:
    (there,) = [c for c in claims(normal("Czarna jest dostępna."), "pl") if c.value == "in_stock"]
    assert there.subject == "black"
