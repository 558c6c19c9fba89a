"""Expensive shapes for readers of records: codebooks, maps, tables of ads, logs."""

from __future__ import annotations

from testing.hostile.shapes import Shape, again, counted, nested

SECTION = '[[section]]\nid = "s"\ntitle = "S"\n'
CODE = '[[code]]\nid = "T{n}"\nname = "N{n}"\nsection = "s"\n'
GROUP = '[[group]]\nid = "g{n}"\ntitle = "G{n}"\nsection = "s"\n'
TOML = [
    Shape("codes", counted(CODE, SECTION)),
    Shape("codes with definitions", counted(
        CODE + 'definition = "What {n} is, and two codes."\n',
        SECTION)),
    Shape("codes without a name", counted('[[code]]\nid = "T{n}"\nsection = "s"\n', SECTION)),
    Shape("codes of one id", again('[[code]]\nid = "T"\nname = "N"\nsection = "s"\n', SECTION)),
    Shape("codes of one name", counted('[[code]]\nid = "T{n}"\nname = "N"\nsection = "s"\n', SECTION)),
    Shape("codes of no section", counted('[[code]]\nid = "T{n}"\nname = "N"\nsection = "t{n}"\n', SECTION)),
    Shape("codes in groups", counted(
        GROUP + '[[code]]\nid = "T{n}"\nname = "N{n}"\ngroup = "g{n}"\n', SECTION)),
    Shape("sections", counted('[[section]]\nid = "s{n}"\ntitle = "S{n}"\n')),
    Shape("profiles", counted('[[profile]]\nname = "P{n}"\n')),
    Shape("profiles with numbers", counted('[[profile]]\nname = "P{n}"\nid = "{n}"\n[[profile]]\nname = "Q{n}"\n')),
    Shape("texts", counted('[[text]]\nbody = "Text {n}, two codes"\nafter = "T{n}"\n')),
    Shape("texts beside codes", counted(CODE + '[[text]]\nbody = "{n}"\nafter = "T{n}"\n',
        SECTION)),
    Shape("references", counted('[[reference]]\npath = "a{n}"\ncode = ["T{n}"]\n')),
    Shape("confused codes", counted(CODE + 'confused_with = ["T1", "T{n}0"]\n',
        SECTION)),
    Shape("one code confused with all", counted(
        '"T{n}", ', SECTION + '[[code]]\nid = "T"\nname = "N"\nsection = "s"\nconfused_with = [', ']\n')),
    Shape("keys", counted(CODE + 'key = "a"\n', SECTION)),
    Shape("unknown fields", counted('f{n} = "x"\n')),
    Shape("unknown tables", counted("[t{n}]\n")),
    Shape("dotted keys", counted("a{n}.b.c.d.e = 1\n")),
    Shape("dotted keys of one table", counted("a.b.c.d{n} = 1\n")),
    Shape("a dotted key", again("a.", "", "b = 1\n")),
    Shape("a dotted header", again("a.", "[", "b]\n")),
    Shape("dotted headers", counted("[a.b.c.d.e{n}]\n")),
    Shape("dotted words in a text", again("a.", 'title = "', '"\n')),
    Shape("a key not ended", again("a-")),
    Shape("quoted keys", again('"a" ')),
    Shape("quoted keys with dots", again('"a".', "", "b = 1\n")),
    Shape("deep lists", again("[", "x = ")),
    Shape("deep lists, closed", nested("[", "", "]", "x = ", "\n")),
    Shape("deep tables", again("{a=", "x = ")),
    Shape("lists in a list", again("[[1]],", "x = [", "]\n")),
    Shape("a long list", again("1,", "x = [", "]\n")),
    Shape("a list of lines", again('"a",\n', "examples = [\n", "]\n")),
    Shape("a long string", again("\\u0041", 'x = "', '"\n')),
    Shape("a long body", again("a line\n", '[[text]]\nbody = """\n', '"""\n')),
    Shape("a long definition", again("- a line\n", '[[section]]\nid = "s"\ndefinition = """\n', '"""\n')),
    Shape("a string of quotes", again('""', 'x = """', '\n"""\n')),
    Shape("a string left open", again("a ", 'x = "')),
    Shape("strings left open", again('x = """\n')),
    Shape("a huge number", again("9", "x = ")),
    Shape("numbers and blanks", again("two ", '[[text]]\nbody = "', '"\n')),
    Shape("a label of braces", again("{", 'label = "', '"\n')),
    Shape("comments", again("# a\n")),
    Shape("rules", counted('"T{n}" = "T1"\n', "[codes]\n")),
    Shape("rules that split", counted('"T{n}" = ["T1", "T2"]\n', "[codes]\n")),
    Shape("rules by name", counted('"Name {n}" = "Other {n}"\n', "[codes]\n")),
    Shape("rules without quotes", counted('a.b{n} = "T1"\n', "[codes]\n")),
    Shape("a rule that splits widely", again('"TASK1", ', '[codes]\n"T" = [', "]\n")),
    Shape("rules that lead nowhere", counted('"T{n}" = [1.5]\n', "[codes]\n")),
]  # fmt: skip
"""Return shapes for codebooks and migration maps."""

ROW = "id,employer,title,text\n"
TABLES = [
    Shape("rows", counted("{n},Shore,Keeper,Text\n", ROW)),
    Shape("quoted rows", counted('{n},Shore,Keeper,"Text\nText"\n', ROW)),
    Shape("rows of one id", again("1,Shore,Keeper,Text\n", ROW)),
    Shape("ragged rows", counted("{n},Shore\n", ROW)),
    Shape("quotes left open", counted('{n},Shore,Keeper,"Text\n', ROW)),
    Shape("one quote left open", again("1,Shore,Keeper,Text\n", f'{ROW}0,a,b,"')),
    Shape("one quote left open, no row", again("words\n", f'{ROW}0,a,b,"')),
    Shape("broken quotes", counted('{n},Shore,"Kee"per,"Te"xt\n', ROW)),
    Shape("broken quotes in a text", again('words "a" words\n', f'{ROW}0,a,b,"')),
    Shape("broken quotes by turns", counted('{n},a,"b"c,"d\n"e\n', ROW)),
    Shape("broken quotes, short rows", again('"a"b\n', ROW)),
    Shape("broken quotes, no id", again(',,,"a"b\n', ROW)),
    Shape("broken quotes, CR", counted('{n},Shore,"Kee"per,"Te"xt\r', ROW.replace("\n", "\r"))),
    Shape("quotes left open, CR", counted('{n},Shore,Keeper,"Text\r', ROW.replace("\n", "\r"))),
    Shape("rows, CR", counted("{n},Shore,Keeper,Text\r", ROW.replace("\n", "\r"))),
    Shape("one quote left open, CR", again("1,Shore,Keeper,Text\r", f'{ROW}0,a,b,"'.replace("\n", "\r"))),
    Shape("words, CR", again('words "a"\r', f'{ROW}0,a,b,"x"'.replace("\n", "\r"))),
    Shape("a header of quotes", again('"a')),
    Shape("a header without end", again('"a\n')),
    Shape("a header of columns", counted("c{n},")),
    Shape("a header of columns and a row", lambda size: (
        b"id,text," + b"c," * (size // 4) + b"\n" + b"1," * (size // 4))),
    Shape("a cell of quotes", again('""', f'{ROW}0,a,b,"', '"\n')),
    Shape("a cell of broken quotes", again('" ', f'{ROW}0,a,b,"', "\n")),
    Shape("quotes that go on from line to line", counted('{n},a",b,"c\n', ROW)),
    Shape("quotes that go on by turns", counted('{n},a,b,c\n{n},a",b,"c\n', ROW)),
    Shape("quotes that go on and break by turns", counted('{n},a",b,"c\n{n},"a"b,c,d\n', ROW)),
    Shape("broken quotes of many kinds", again('"a,"b",\n', ROW)),
    Shape("semicolons", again(";", "id;text\n")),
    Shape("empty rows", again(",,,\n", ROW)),
    Shape("UTF-16", lambda size: (ROW + "1,a,b,c\n" * (size // 16)).encode("utf-16")),
    Shape("UTF-16, one line", lambda size: (ROW + "1,a,b," + "\u0a0a" * (size // 2)).encode("utf-16")),
    Shape("UTF-16, big", lambda size: b"\xfe\xff" + (ROW + "1,a,b," + "\u0a0a" * (size // 2)).encode("utf-16-be")),
    Shape("bytes that are no UTF-8", lambda size: (ROW.encode() + b"1,a,b,\xe9\n" * (size // 8))),
    Shape("a line that is no UTF-8", lambda size: (ROW.encode() + b"1,a,b," + b"\xe9" * size)),
    Shape("control characters", again("\x1b[31m", f"{ROW}1,a,b,")),
    Shape("NUL", again("\0", f"{ROW}1,a,b,")),
]  # fmt: skip
JSON_LINES = [
    Shape("rows", counted('{{"id": "{n}", "text": "words"}}\n')),
    Shape("fields", counted('"c{n}": 1, ', '{"id": 1, ', '"text": "a"}\n')),
    Shape("rows of other fields", counted('{{"id": "{n}", "text": "words", "f{n}": 1}}\n')),
    Shape("broken rows", again('{"id": \n')),
    Shape("deep lists", again("[")),
    Shape("deep lists, closed", nested("[", "", "]", '{"id": 1, "text": ', "}\n")),
    Shape("deep objects", again('{"a":')),
    Shape("rows of deep lists", again("[" * 200 + "\n")),
    Shape("a huge number", again("9", '{"id": ', "}\n")),
    Shape("huge numbers", again('{"id": ' + "9" * 4000 + ', "text": "a"}\n')),
    Shape("a huge exponent", again('{"id": 1e300, "text": 1e300}\n')),
    Shape("a list as text", again('"a",', '{"id": 1, "text": [', '"b"]}\n')),
    Shape("half characters", again("\\ud800", '{"id": 1, "text": "', '"}\n')),
    Shape("strings left open", again('{"id": "a\n')),
    Shape("carriage returns", counted('{{"id": "{n}", "text": "words"}}\r')),
]
LOGS = [
    Shape("lines that are none", again("{}\n")),
    Shape("lines of nonsense", again("nonsense\n")),
    Shape("deep lists", again("[")),
    Shape("deep objects", again('{"a":')),
    Shape(
        "deep events", nested("[", "", "]", '{"v": 2, "id": "t", "seq": 1, "time": "", "coder": "w", "events": ', "}\n")
    ),
    Shape(
        "steps without events",
        counted('{{"v": 2, "id": "t{n}", "seq": {n}, "time": "", "coder": "w", "events": []}}\n'),
    ),
    Shape("a huge number", again("9", '{"v": 2, "id": "t", "seq": ', "}\n")),
]
TEXTS = [
    Shape("headings", again("# a\n")),
    Shape("a heading of marks", again("*_`", "# ", "\n")),
    Shape("a line without a word", again("- _ ", "", "\n")),
    Shape("blanks and breaks", again(" \r\n")),
    Shape("bytes that are no UTF-8", lambda size: b"\xe9\n" * (size // 2)),
    Shape("UTF-16", lambda size: ("words\n" * (size // 12)).encode("utf-16")),
]
