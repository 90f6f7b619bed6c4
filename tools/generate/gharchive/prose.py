"""Free text as people write it: commit messages, titles, comments, with what makes readers of JSON stumble.

Every function returns a JSON fragment, quotes included, ready to be put into a line.
"""

import json

_WORDS = (
    "add fix remove update handle avoid support test rename move clean merge revert improve document the a for with in "
    "on of and when missing empty old new default broken wrong slow button page header footer query cache parser build "
    "version error message user account login table index column file folder path image link style layout font color "
    "server client request response timeout retry thread lock queue value option flag argument function class method"
).split()
_FOREIGN = (
    "修复登录页面", "テストを追加", "исправлена ошибка", "añadir traducción", "größere Änderungen", "δοκιμή αλλαγών",
    "تحديث الصفحة", "수정 완료", "e\u0301crit avec accent", "\u2028 line separator \u2029",
)
_ASTRAL = ("🚀 ship it", "🐛 squashed", "👩\u200d🚀 on board", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 everywhere", "👍🏽", "🎉🎉🎉")
_MARKUP = ('"quoted"', "C:\\temp\\new", "<b>bold</b> & more", "tab\there", "`{\"json\": [1, 2]}`", "\\u0041 is not A",
           "bell \u0007 rings", "</script>", "100 % done", "a,b;c|d")


def plain_words(draw, least, most):
    """Returns `least` to `most` words without anything that JSON escapes, as bare text."""
    count = least + int((most - least + 1) * draw.random())
    return " ".join([_WORDS[int(len(_WORDS) * draw.random())] for _ in range(count)])


def commit_message(draw, oddities):
    """Returns a message of one line, at times of several, at times empty."""
    kind = draw.random() if oddities else 1.0
    if kind < 0.006:
        return '""'
    if kind < 0.16:
        body = "\n".join(f"- {plain_words(draw, 3, 12)}" for _ in range(1 + int(5 * draw.random())))
        return quoted(f"{plain_words(draw, 2, 8)}\n\n{body}\n", draw)
    return line(draw, oddities)


def line(draw, oddities):
    """Returns one line of 2 to 10 words, at times with characters outside ASCII or ones that JSON escapes."""
    text = plain_words(draw, 2, 10)
    kind = draw.random() if oddities else 1.0
    if kind < 0.09:
        pool = _FOREIGN if kind < 0.04 else _MARKUP if kind < 0.07 else _ASTRAL
        return quoted(f"{text} {pool[int(len(pool) * draw.random())]}", draw)
    return f'"{text}"'


def comment(draw, oddities, size):
    """Returns paragraphs of about `size` characters together, with CR LF between them as web forms send it."""
    if size <= 60:
        return line(draw, oddities)
    paragraphs = [line(draw, oddities)[1:-1]]
    length = len(paragraphs[0])
    while length < size:
        paragraphs.append(plain_words(draw, 30, 80))
        length += len(paragraphs[-1])
    return '"' + "\\r\\n\\r\\n".join(paragraphs) + '"'


def patch(draw, size):
    """Returns a piece of a diff of about `size` characters."""
    lines = [f"@@ -{int(400 * draw.random())},7 +{int(400 * draw.random())},9 @@"]
    length = 0
    while length < size:
        lines.append(f"{'+- '[int(3 * draw.random())]}    {plain_words(draw, 4, 12)};")
        length += len(lines[-1])
    return '"' + "\\n".join(lines) + '"'


def quoted(text, draw):
    """Returns `text` as JSON; in a quarter of the cases all that is not ASCII is written as \\u escapes."""
    return json.dumps(text, ensure_ascii=draw.random() < 0.25)
