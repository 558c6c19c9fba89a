"""Chinese, Japanese, Thai and other scripts: sentences, clauses and words, and what depends on them."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest

from codetui.core.anchors.anchor import Exact, Fuzzy, Orphan, locate
from codetui.core.selection.jump_labels import begin
from codetui.core.selection.motions import MOTIONS
from codetui.core.selection.selection import Selection, cursor, dragged, effective
from codetui.core.text.units import Unit, units
from codetui.model import Span

CHINESE = "我们正在找老师。你将设计课程！你会唱歌吗？好的；是的，谢谢。"
SENTENCES = {
    "Chinese": CHINESE.replace("。", "。|").replace("！", "！|").replace("？", "？|"),
    "Japanese": "私たちは先生を探しています。|「はい。」と答えた。|次に進む．|終わり",
    "quotes": "“好的。”他说。|他们问：“你来吗？”|我说不。|（见附录。）|完",
    "speakers": "「好的！」王老师笑着说，“走吧。”|“为什么？”她问道。|“好。”的意思是同。|老师说：“早！”|学生说：“早！”",
    "straight quotes": '他来了。|"你好。"她说。|我走了。',
    "speakers in Japanese": "「はい。」彼は言った。|『走れメロス。』を読む。|「行く！」と叫んだ。|次(例。)は終わり。",
    "brackets": "我们提供培训（第一年免费。）和住宿。|欢迎。",
    "several signs": "真的吗？！|太好了！！！|嗯。。。|行……走吧。",
    "dots": "我很累……|我们回家吧。|走了⋯⋯吗？|苹果、香蕉……等水果。|我……我不知道。|考えました‥‥|しかし、無理です。",
    "abbreviations": "联系Dr. 王。|使用.NET和www.例.cn。|要求：1. 本科；2. 英语。",
    "Greek": "Ποιος είσαι; |Είμαι δάσκαλος. |Θέλω γάλα\u037e |ναι",
    "Thai, Khmer": "สวัสดีครับ |เราต้องการครู|\n\nខ្ញុំ\u17d4 |អ្នក",
    "Arabic and Hindi abbreviations": "مع د. أحمد نعمل. |شكرا. |डॉ. शर्मा आए। |ठीक",
    "ASCII signs": "我们找老师.|你会唱歌吗?|好!|欢迎",
    "with English": "We teach. |我们使用Node.js和3.5版。|Call us! |谢谢",
    "full-width letters": "使用Ｎｏｄｅ．ｊｓ和Ｃ＋＋．|３．５年",
    "numbered": "1.5万元起。|第2.3节说明。",
    "Korean": "우리는 Python을 씁니다. |함께 일합니다.|네!",
    "Hindi, Arabic, Armenian": "हम काम करते हैं। |आप सीखते हैं। |هل تعمل؟ |نعم",
    "lines": "任职要求：|\n经验丰富|\n能说英语",
}
CLAUSES = {
    "Chinese": "好的；|是的，|谢谢。",
    "enumeration": "熟悉Python、|Java和C++",
    "numbered": "职责：|1、设计课程；|2、教学，|三、评估3、4年",
    "Thai": "เราต้องการครู |ทำงาน 5 วัน",
    "Greek": "ψωμί· |και νερό",
    "ASCII signs": "开发,|测试:|维护;|完",
    "numbers": "工资1，000元，|时间09：30到18:00",
    "dashes": "真的——|很好",
    "Arabic": "نعم، |شكرا",
}
WORDS = {
    "我们正在寻找软件工程师": ["我们", "正在", "寻找", "软件", "工程师"],
    "熟悉Python/Java、C++和Node.js": ["熟悉", "Python", "Java", "C++", "和", "Node.js"],
    "我們正在尋找軟體": ["我們", "正在", "尋找", "軟體"],
    "私はデータエンジニアを探す": ["私", "は", "データエンジニア", "を", "探す"],
    "「英語」（必須）【東京】": ["英語", "必須", "東京"],
    "우리는 팀과 함께 일합니다": ["우리는", "팀과", "함께", "일합니다"],
    "ทำงานร่วมกับทีม": ["ทำงาน", "ร่วม", "กับ", "ทีม"],
    "ＡＢＣ公司": ["ＡＢＣ", "公司"],
    "ភាសា": ["ភា", "សា"],
}


def pieces(text: str, unit: Unit) -> list[str]:
    return [text[start:end] for start, end in units(text, 0, len(text), unit)]


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_end_at_the_signs_of_their_script(name: str) -> None:
    expected = [one.strip() for one in SENTENCES[name].split("|") if one.strip()]
    assert pieces(SENTENCES[name].replace("|", ""), "sentence") == expected


@pytest.mark.parametrize("name", CLAUSES)
def test_clauses_end_at_the_signs_of_their_script(name: str) -> None:
    expected = [one.strip().rstrip("，；、,;:：—،·") for one in CLAUSES[name].split("|")]
    assert [one.rstrip("—：") for one in pieces(CLAUSES[name].replace("|", ""), "clause")] == expected


@pytest.mark.parametrize("text", WORDS)
def test_words_are_found_without_blanks(text: str) -> None:
    assert pieces(text, "word") == WORDS[text]


def test_words_cover_every_letter_in_order() -> None:
    text = f"{CHINESE}私たちは先生を探しています。เรากำลังมองหาวิศวกร မြန်မာဘာသာ ພາສາລາວ 𠮷野家で食べる ｶﾞｲﾄﾞ"
    found = units(text, 0, len(text), "word")
    assert all(one.end <= other.start for one, other in pairwise(found))
    for at, character in enumerate(text):
        assert not character.isalpha() or any(one.start <= at < one.end for one in found), character


def test_bullets_may_have_the_marks_of_chinese_and_japanese_lists() -> None:
    text = "要求：\n1、本科学历；\n2．能说英语\n（3）沟通能力\n・会開車\n①设计\n一、开发\n4.测试\n"
    expected = ["本科学历", "能说英语", "沟通能力", "会開車", "设计", "开发", "测试"]
    assert pieces(text, "bullet") == expected


def test_wrapped_lines_are_one_sentence() -> None:
    line = "我们的学校位于城市的中心附近有很多公园和图书馆每天都有很多学生来这里学习"
    text = f"{line}\n{line}\n谢谢。"
    assert pieces(text, "sentence") == [text]


def test_a_one_line_text_is_cut_into_sentences() -> None:
    text = "我们正在找老师。" * 5_000
    found = units(text, 3_500, 4_800, "sentence")
    assert {text[slice(*one)] for one in found} == {"我们正在找老师。"}


def test_motions_select_sentences_clauses_and_words() -> None:
    at = cursor(CHINESE, 0)
    assert [CHINESE[slice(*effective(CHINESE, at, holds))] for holds in ("quotations", "terms")] == [
        "我们正在找老师。",
        "我们",
    ]
    second = MOTIONS["next_sentence"](CHINESE, None, Selection(0, 8, "explicit"))
    assert CHINESE[slice(*second.span)] == "你将设计课程！"
    assert CHINESE[slice(*MOTIONS["toggle_stop"](CHINESE, None, second).span)] == "你将设计课程"
    clause = MOTIONS["next_clause"](CHINESE, None, cursor(CHINESE, CHINESE.index("是的")))
    assert CHINESE[slice(*clause.span)] == "是的"
    assert CHINESE[slice(*MOTIONS["grow"](CHINESE, None, clause).span)] == "好的；是的，谢谢。"
    assert CHINESE[slice(*dragged(CHINESE, 0, 2).span)] == "我们正在"


def test_words_have_jump_labels() -> None:
    state = begin(CHINESE, Span(0, len(CHINESE)), cursor(CHINESE, 0))
    assert {mark.target for mark in state.marks} == {one.start for one in units(CHINESE, 0, len(CHINESE), "word")}


def test_a_short_quotation_is_found_amid_its_sentence() -> None:
    assert isinstance(locate(CHINESE, "老师"), Exact)
    assert isinstance(locate("夢を作る人を探しています。", "夢を作る人"), Exact)


def test_blanks_between_scripts_are_ignored_and_other_characters_are_not() -> None:
    text = "我们使用Python和数据库设计课程，你不能迟到。"
    assert isinstance(locate(text, "我们使用 Python 和数据库设计课程"), Fuzzy)
    assert isinstance(locate(text, "我们使用Python和数据库设计课程，你可能迟到"), Orphan)


def test_the_models_are_loaded_only_for_such_texts() -> None:
    code = (
        "import sys; from codetui.core.text.units import units;"
        "units('We teach. Wij geven les.', 0, 20, 'word'); assert 'budoux' not in sys.modules;"
        "units('我们', 0, 2, 'word'); assert 'budoux' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
