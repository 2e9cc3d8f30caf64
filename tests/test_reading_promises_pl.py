"""Promises in Polish: what is one, of which kind and until when, and what is none."""

from __future__ import annotations

import pytest
from promise_notation import asked, made

PROMISES = [
    ("Wyślemy to dzisiaj, słowo.", "ship d+0"),
    ("Nadamy jutro rano", "ship d+1@12:00"),
    ("nadamy jutro do 12:00", "ship d+1@12:00"),
    ("Wysyłam pojutrze", "ship d+2"),
    ("wysle dzis po poludniu", "ship d+0@18:00"),
    ("Paczka wyjdzie jutro wieczorem", "ship d+1@24:00"),
    ("paczka pujdzie jutro", "ship d+1"),
    ("Wyślemy w ciągu 24 godzin", "ship 24h"),
    ("Wysyłka w 24h", "ship 24h"),
    ("nadamy w ciągu 48h", "ship 48h"),
    ("Wyślemy w ciągu doby", "ship 24h"),
    ("Odpiszę w pół godziny", "reply 30min"),
    ("Odpowiem w ciągu półtorej godziny", "reply 1.5h"),
    ("Oddzwonię za kwadrans", "reply 15min"),
    ("Odpiszemy w ciągu dwóch godzin", "reply 2h"),
    ("Zwrócimy pieniądze w ciągu 3 dni", "refund d+3"),
    ("Wyślemy w 2-3 dni", "ship d+3"),
    ("Wysyłka 1–2 dni robocze", "ship bd+2"),
    ("Nadanie w ciągu dwóch dni roboczych", "ship bd+2"),
    ("Przelew pójdzie w ciągu 2 dni roboczych", "refund bd+2"),
    ("Wyślemy w środę", "ship wd3+0"),
    ("Wyślemy w przyszły piątek", "ship wd5+1"),
    ("w przyszlym tygodniu nadamy", "ship week+1"),
    ("Nadamy jeszcze w tym tygodniu", "ship week+0"),
    ("Do piątku wyślemy", "ship wd5+0"),
    ("Wyślemy do końca tygodnia", "ship week+0"),
    ("Wyślemy do końca miesiąca", "ship md31+0"),
    ("Wyślemy na początku miesiąca", "ship md10+0"),
    ("Nadamy 15 maja", "ship 5-15"),
    ("wyślemy 15.11", "ship 11-15"),
    ("Do 15 listopada wyślemy", "ship 11-15"),
    ("Wyślemy do 15-go", "ship md15+0"),
    ("Wyślemy dziś do 15:00", "ship d+0@15:00"),
    ("odpisze do 17", "reply next@17:00"),
    ("Nadam dziś przed 16", "ship d+0@16:00"),
    ("kurier odbiera o 14", "ship next@14:00"),
    ("Zadzwonię jutro o wpół do czwartej", "reply d+1@03:30~"),
    ("Wyślemy do końca dnia", "ship d+0"),
    ("Wyślemy dziś do końca dnia pracy", "ship closing+0"),
    ("Za dwa tygodnie będzie dostępny", "restock d+14"),
    ("Wyślemy za tydzień", "ship d+7"),
    ("Pierwszego dnia roboczego po świętach wyślemy", "ship holiday+1"),
    ("Nadamy w ciągu 24h od zaksięgowania wpłaty", "ship 24h>payment"),
    ("Zwrot środków w ciągu 3 dni od otrzymania zwrotu", "refund d+3>return_received"),
    ("Zwrócimy pieniądze w 2 dni po akceptacji zwrotu", "refund d+2>approval"),
    ("Wyślemy jak najszybciej", "ship vague"),
    ("Zaraz sprawdzę", "other vague"),
    ("Jutro święto, więc wyślemy w czwartek", "ship wd4+0"),
    ("Dziś nie damy rady, wyślemy jutro", "ship d+1"),
    ("Dzisiaj się nie uda, nadamy jutro", "ship d+1"),
    ("Nie ma problemu, wyślemy dziś", "ship d+0"),
    ("Nie później niż w piątek wyślemy", "ship wd5+0"),
    ("Powinniśmy wysłać jutro", "ship d+1 hedged"),
    ("Postaramy się wysłać dziś", "ship d+0 hedged"),
    ("Jeśli wpłata dojdzie dziś, wyślemy jutro", "ship d+1 cond"),
    ("Zamówienia opłacone do 13 wysyłamy tego samego dnia", "ship d+0 cond"),
    ("Opłacone do 14:00 wysyłamy dziś", "ship d+0 cond"),
    ("Przesyłka zwykle dociera w 2 dni", "deliver d+2 est"),
    ("Kurier dostarczy paczkę jutro", "deliver d+1 est"),
    ("Dostawa w czwartek", "deliver wd4+0"),
    ("Doślemy brakującą część jutro", "reship d+1"),
    ("Wyślemy nowy egzemplarz w poniedziałek", "reship wd1+0"),
    ("Podam numer przesyłki do 18:00", "other next@18:00"),
    ("Wyślę fakturę jutro", "other d+1"),
    ("Dam znać jutro do południa", "reply d+1@12:00"),
    ("Zamówienie zostanie wysłane jutro", "ship d+1"),
    ("paczka bedzie nadana dzisiaj", "ship d+0"),
    ("Dorzucimy gratis, wyślemy jutro", "ship d+1"),
    ("Dziś lub jutro wyślemy", "ship d+1"),
    ("Najpóźniej jutro nadamy", "ship d+1"),
    ("Wyślemy najpóźniej w piątek", "ship wd5+0"),
]

NOTHING = [
    "Nie wyślemy dzisiaj",
    "Nie gwarantuję wysyłki dziś",
    "Nie obiecuję, że nadamy jutro",
    "Wysłaliśmy wczoraj",
    "Paczka została nadana dziś rano",
    "Wysłane dzisiaj",
    "Pisała Pani, że wyślemy jutro",
    "Pisał Pan „wyślemy jutro”, a to inna aukcja",
    "Czy chodzi Pani o wysyłkę jutro?",
    "Proszę odesłać towar w ciągu 14 dni",
    "Ma Pan 14 dni na zwrot",
    "14 dni na zwrot, adres na etykiecie",
    "Gwarancja 24 miesiące",
    "Pracujemy od poniedziałku do piątku 9-17",
    "odpowiadamy pn–pt 9–17",
    "Podlewać raz w tygodniu",
    "Allegro zwróci środki w ciągu 3 dni",
    "Jutro święto",
    "Cena wzrośnie jutro",
    "Proszę zrobić zdjęcie i wysłać do jutra",
    "Wczoraj miało wyjść",
    "Nigdy nie pisaliśmy, że wyślemy dziś",
    "Ładuje się w 2 godziny",
    "Może Pan odesłać do piątku",
    "Kosztuje 15 zł",
    "Proszę dać znać do jutra",
    "Inny sklep wysyła w 24h",
    "Czy wysłać jutro?",
    "Nie zdążymy dziś",
    "Bateria wystarcza na 3 dni",
]

REQUESTS = [
    ("zdążycie wysłać dziś?", "ship d+0"),
    ("kiedy wysylka?", "ship -"),
    ("Czy wyślecie jutro do 12?", "ship d+1@12:00"),
    ("kiedy dostanę zwrot pieniędzy?", "refund -"),
    ("czy paczka wyjdzie dzisiaj?", "ship d+0"),
    ("Proszę wysłać dziś", "ship d+0"),
    ("moglibyście nadać jeszcze dzisiaj?", "ship d+0"),
]


@pytest.mark.parametrize(("text", "expected"), PROMISES)
def test_promises(text: str, expected: str) -> None:
    assert made(text, "pl") == expected


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_promised(text: str) -> None:
    assert made(text, "pl") == ""


@pytest.mark.parametrize(("text", "expected"), REQUESTS)
def test_requests(text: str, expected: str) -> None:
    assert asked(text, "pl") == expected
