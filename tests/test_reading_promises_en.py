"""Promises in English: what is one, of which kind and until when, and what is none."""

from __future__ import annotations

import pytest
from promise_notation import asked, made

PROMISES = [
    ("We'll get this shipped today, promise.", "ship d+0"),
    ("Your order ships tomorrow morning", "ship d+1@12:00"),
    ("will send it out within 24h", "ship 24h"),
    ("It goes out in the next 48 hours.", "ship 48h"),
    ("We'll dispatch within two business days", "ship bd+2"),
    ("Ships in 1-2 business days", "ship bd+2"),
    ("Ships in 1–2 days", "ship d+2"),
    ("We will post it by 5pm", "ship next@17:00"),
    ("We'll ship by 5pm tomorrow.", "ship d+1@17:00"),
    ("I'll reply within half an hour", "reply 0.5h"),
    ("I'll get back to you in an hour and a half", "reply 1.5h"),
    ("Give me 20 minutes and I'll get back to you", "reply 20min"),
    ("I'll get back to you in 20 minutes", "reply 20min"),
    ("We'll refund you by Friday", "refund wd5+0"),
    ("Your refund will be processed within 5 business days", "refund bd+5"),
    ("we'll refund you in a day or two", "refund d+2"),
    ("You'll be refunded within 3 days of us receiving the return", "refund d+3>return_received"),
    ("Once we receive the return, we'll refund you within 2 days", "refund d+2>return_received"),
    ("We'll ship it the day after tomorrow", "ship d+2"),
    ("It ships next Wednesday", "ship wd3+1"),
    ("We'll send it on Wed", "ship wd3+0"),
    ("I'll ship it tonight", "ship d+0@24:00"),
    ("ill ship it tmrw", "ship d+1"),
    ("We can ship it this week", "ship week+0"),
    ("It'll be dispatched next week", "ship week+1"),
    ("Your parcel leaves our warehouse on May 15", "ship 5-15"),
    ("It will be dispatched on the 15th", "ship md15+0"),
    ("We will ship by the end of the month", "ship md31+0"),
    ("Will be shipped by close of business today", "ship closing+0"),
    ("We'll send the missing part tomorrow", "reship d+1"),
    ("I'll send a replacement by Monday", "reship wd1+0"),
    ("We'll resend it today", "reship d+0"),
    ("I'll email you the return label this afternoon", "other d+0@18:00"),
    ("We'll restock on Thursday", "restock wd4+0"),
    ("It will be back in stock next week", "restock week+1"),
    ("We'll get it out asap", "ship vague"),
    ("I'll reply shortly", "reply vague"),
    ("We ship within 24 hours of payment", "ship 24h>payment"),
    ("Once payment clears we'll ship within 2 days", "ship d+2>payment"),
    ("Order before 2pm and it ships today", "ship d+0 cond"),
    ("If you order before 4 pm we ship today", "ship d+0 cond"),
    ("We ship the same day if you pay by noon", "ship d+0 cond"),
    ("If it's in stock, we'll ship tomorrow", "ship d+1 cond"),
    ("It should ship tomorrow", "ship d+1 hedged"),
    ("We'll try to ship it today", "ship d+0 hedged"),
    ("It usually arrives in 3 days", "deliver d+3 est"),
    ("Expect delivery by Tuesday", "deliver wd2+0 est"),
    ("You'll have it by Friday", "deliver wd5+0"),
    ("The courier picks it up at 4pm", "ship next@16:00"),
    ("We can't ship today, but we will ship tomorrow", "ship d+1"),
    ("We don't ship in 24 hours, it's 3 days", "ship d+3"),
    ("No problem, we'll ship today", "ship d+0"),
    ("No later than Friday we'll ship it", "ship wd5+0"),
    ("We'll ship it no later than the 15th", "ship md15+0"),
    ("Sorry, not today. It ships tomorrow", "ship d+1"),
    ("Tomorrow by 10:30 I'll let you know", "reply d+1@10:30~"),
    ("I'll check with the warehouse and let you know by noon", "reply next@14:00"),
    ("We'll process the refund today", "refund d+0"),
    ("Full refund issued by tomorrow, no need to return it", "refund d+1"),
    ("We will compensate you tomorrow", "compensate d+1"),
    ("Dispatched within 24 hours", "ship 24h"),
    ("It's going out this evening", "ship d+0@24:00"),
    ("We'll have it with the courier by Thursday noon", "ship wd4+0@14:00"),
    ("Shipping takes 2 days", "ship d+2"),
    ("we'll ship first business day after the holidays", "ship holiday+1"),
    ("Will reply in 2 hrs", "reply 2h"),
    ("I'll ship it on 2026-12-01", "ship 2026-12-1"),
    ("we will send it out in a fortnight", "ship d+14"),
    ("I will ship it in two weeks", "ship d+14"),
    ("we'll have your refund back to your card in 3-5 business days", "refund bd+5"),
]

NOTHING = [
    "We can't ship it today",
    "I can't promise it will go out tomorrow",
    "It was shipped yesterday",
    "Your order shipped on Monday",
    "We shipped it today",
    "It has been dispatched this morning",
    "You said it would ship today",
    'You wrote "ships within 24h" but that is another shop',
    "Are you asking if it ships today?",
    "Please send it back within 14 days",
    "Please return the item by Friday",
    "You can ship it back by Friday",
    "30-day free returns",
    "You have 14 days to return it",
    "The warranty lasts 12 months",
    "Battery charges in 2 hours",
    "We're open Monday to Friday 9-5",
    "Amazon refunds you within 5 days",
    "The bank may take 3-5 days",
    "The sale ends tomorrow",
    "It won't ship before Monday",
    "No guarantee it ships today",
    "Never said it ships today",
    "Tomorrow is a public holiday",
    "Let me know by tomorrow",
    "Send us photos within 24 hours please",
    "It takes 2 hours to assemble",
    "Other sellers ship in 24h",
    "Shall we ship it tomorrow?",
    "Thanks for your patience",
    "we are unable to ship this week",
    "Payment is due by Friday",
    "We would have shipped it today",
]

REQUESTS = [
    ("can you ship it today?", "ship d+0"),
    ("order today, ships today?", "ship d+0 cond"),
    ("when does it ship", "ship -"),
    ("when will i get my refund?", "refund -"),
    ("will it go out by 5pm tomorrow?", "ship d+1@17:00"),
    ("Please ship it today", "ship d+0"),
    ("Could you resend it by Monday?", "reship wd1+0"),
    ("how long is shipping?", "ship -"),
    ("any chance it ships tonight?", "ship d+0@24:00"),
]


@pytest.mark.parametrize(("text", "expected"), PROMISES)
def test_promises(text: str, expected: str) -> None:
    assert made(text, "en") == expected


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_promised(text: str) -> None:
    assert made(text, "en") == ""


@pytest.mark.parametrize(("text", "expected"), REQUESTS)
def test_requests(text: str, expected: str) -> None:
    assert asked(text, "en") == expected
