"""One building, many languages: every text of an archive in scripts from left to right and from right to left.

Owns: the archive of many languages. Sees: parts, people, pictures.
"""
# ruff: noqa: RUF001 - letters that look like others are the point here

import pictures
from parts import Issue, Parcel, Remark, Vector, View, looking
from people import SITE, element

KINDS = ("Frage", "Feil", "Ερώτηση", "ملاحظة", "问题", "確認")
STATUSES = ("offen", "åpen", "Ανοιχτό", "مفتوح", "开放", "未解決", "erledigt ✔")
LABELS = ("Außenwand", "dør", "Παράθυρο", "سقف", "楼梯", "外壁")
MUELLER, ODEGARD, PAPADAKIS = "jörg.müller@example.org", "ingrid.ødegård@example.com", "γιώργος.παπαδάκης@example.org"
HADDAD, LIN, TANAKA = "أمل.حداد@example.org", "林美@example.com", "田中ゆき@example.com"


def many_languages() -> Parcel:
    """Six topics in six languages, each about another place of the same building."""
    lists = {
        "TopicType": KINDS,
        "TopicStatus": STATUSES,
        "TopicLabel": LABELS,
        "UserIdType": (MUELLER, ODEGARD, PAPADAKIS, HADDAD, LIN, TANAKA, SITE),
    }
    project = (
        "harbour-school-b",
        "Hafenschule · Havneskolen · Σχολείο του Λιμανιού · مدرسة الميناء · 海港学校 · 港の学校 🏫",
    )
    issues = (_german(), _norwegian(), _greek(), _arabic(), _chinese(), _japanese())
    return Parcel("3.0/many-languages.bcf", "3.0", issues, project, lists)


def _german() -> Issue:
    return Issue(
        "german",
        "Maßkette an der Außenwand fehlt",
        "Frage",
        "offen",
        ("2025-04-01T08:00:00+02:00", MUELLER),
        labels=("Außenwand",),
        description="Höhe über Gelände: 3,20 m ± 5 mm. „Süßwassertank“ prüfen!",
        remarks=(
            Remark("german/1", "2025-04-01T08:05:00+02:00", MUELLER, "Übermaß? Größe prüfen – danke!", "german/view"),
        ),
        views=(_view("german", (18.0, 4.0, 3.2), (30, 128), "outer wall, east"),),
    )


def _norwegian() -> Issue:
    return Issue(
        "norwegian",
        "Inngangsdøra mangler håndløper på høyre side",
        "Feil",
        "åpen",
        ("2025-04-01T09:00:00+02:00", ODEGARD),
        labels=("dør",),
        assigned_to=SITE,
        remarks=(
            Remark(
                "norwegian/1",
                "2025-04-01T09:10:00+02:00",
                ODEGARD,
                "Også på vestsiden: se på målene.",
                "norwegian/view",
            ),
            Remark("norwegian/2", "2025-04-01T10:00:00+02:00", SITE, "Blåbærsyltetøy 🫐 er ikke et byggemateriale."),
        ),
        views=(_view("norwegian", (9.0, -0.06, 1.2), (-120, 85), "entrance"),),
    )


def _greek() -> Issue:
    return Issue(
        "greek",
        "Το παράθυρο Π-04 δεν ανοίγει",
        "Ερώτηση",
        "Ανοιχτό",
        ("2025-04-02T09:00:00+03:00", PAPADAKIS),
        labels=("Παράθυρο",),
        description="Ύψος ποδιάς: 0,90 μ.\nΠλάτος: 1,80 μ.",
        remarks=(Remark("greek/1", "2025-04-02T09:30:00+03:00", PAPADAKIS, "Ποιος έχει το κλειδί;", "greek/view"),),
        views=(_view("greek", (2.0, -0.06, 4.9), (-60, -80), "window P-04"),),
    )


def _arabic() -> Issue:
    return Issue(
        "arabic",
        "ميل السقف لا يطابق المخطط (5 % بدلاً من 3 %)",
        "ملاحظة",
        "مفتوح",
        ("2025-04-02T10:00:00+03:00", HADDAD),
        labels=("سقف",),
        description="الرجاء مراجعة القسم B-B في المخطط.\nشكراً.",
        remarks=(
            Remark("arabic/1", "2025-04-02T10:20:00+03:00", HADDAD, "هل تم اعتماد الميل؟ انظر B-12.", "arabic/view"),
        ),
        views=(_view("arabic", (9.0, 1.5, 7.5), (-60, -70), "roof pitch"),),
    )


def _chinese() -> Issue:
    return Issue(
        "chinese",
        "二层楼梯间的窗户太低",
        "问题",
        "开放",
        ("2025-04-03T16:00:00+08:00", LIN),
        labels=("楼梯",),
        description="窗台高度应为 900 毫米,目前为 750 毫米。",
        remarks=(Remark("chinese/1", "2025-04-03T16:30:00+08:00", LIN, "请建筑师确认。𠮷", "chinese/view"),),
        views=(_view("chinese", (9.0, -0.06, 4.9), (130, -128), "window of the stair"),),
    )


def _japanese() -> Issue:
    return Issue(
        "japanese",
        "外壁コンクリートのひび割れを確認してください 👷🏽‍♀️",
        "確認",
        "未解決",
        ("2025-04-04T17:00:00+09:00", TANAKA),
        labels=("外壁",),
        description="長さ約1.2m、幅0.3mm。\n写真は後日送ります。",
        remarks=(
            Remark(
                "japanese/1",
                "2025-04-04T17:10:00+09:00",
                TANAKA,
                "了解しました。ありがとうございます🙏",
                "japanese/view",
            ),
        ),
        views=(_view("japanese", (12.4, 0.0, 2.9), (150, 120), "crack in the south wall"),),
    )


def _view(name: str, at: Vector, shift: tuple[int, int], text: str) -> View:
    camera = looking((27.0, -21.0, 15.0), (8.7, 2.6, 2.4), angle=36)
    picture = pictures.building(camera, at, shift, text).png("one building, six languages")
    return View(f"{name}/view", camera, picture, f"{name}.bcfv", f"{name}.png", selection=(element(f"element {name}"),))
