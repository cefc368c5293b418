#!/usr/bin/env python3
"""Writes the sample data anew: the same bytes on every machine.

    python3 sample-data/generate.py

Everything is drawn by a small generator of its own, so that no library's random numbers, which may
change, decide what is in the files.
"""

import gzip
import io
import os

HERE = os.path.dirname(os.path.abspath(__file__))

ENGLISH = """the of and to in that it was for on with as his they at be this from had by word but not what
all were we when your can said there use an each which she do how their if will up other about out
many then them these so some her would make like him into time has look two more write go see number
no way could people my than first water been call who oil its now find long down day did get come
made may part river mountain stone winter summer lantern harbour copper garden whistle morning
""".split()

TONGUES = {
    "deutsch": "der die und über für Straße schön Äpfel größer müde Wörter zählen natürlich Gruß".split(),
    "français": "le été forêt déjà naïf cœur où garçon hôtel être œuvre façon très même".split(),
    "ελληνικά": "και το νερό ήλιος λέξη θάλασσα ουρανός βουνό δρόμος καλημέρα".split(),
    "日本語": "言葉 水 山 川 空 東京 時間 人 本 新しい".split(),
    "emoji": "🦊 🐢 🌊 🏔️ 👩‍🔬 🚲".split(),
}


class Random:
    """A linear congruential generator (Knuth's MMIX), of which the upper bits are used."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) * bound >> 31

    def skewed(self, items):
        """An item, the first ones more often than the last."""
        return items[min(self.below(len(items)), self.below(len(items)))]


def english(random, byte_count):
    lines, size = [], 0
    while size < byte_count:
        words = [random.skewed(ENGLISH) for _ in range(6 + random.below(10))]
        words[0] = words[0].capitalize()
        line = " ".join(words) + "."
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines) + "\n"


def tongues(random, line_count):
    lines = []
    names = list(TONGUES)
    for _ in range(line_count):
        name = names[random.below(len(names))]
        words = [random.skewed(TONGUES[name]) for _ in range(4 + random.below(6))]
        lines.append(" ".join([name + ":"] + words))
    return "\n".join(lines) + "\n"


def edge_cases():
    return (
        b"a line that ends in CRLF\r\n"
        b"\n"
        b"   leading and   inner   spaces   \n"
        b"tabs\tbetween\twords\n"
        b"back\\slash and \"quotes\"\n"
        b"aVeryLongWordThatDoesNotFitInFifteenBytesOfAnything\n"
        b"exactlyfifteen! exactlysixteen!!\n"
        b"\xc2\xa0no-break spaces\xc2\xa0are no breaks\n"
        b"the last line has no end"
    )


def access_log(random, line_count):
    sections = ["product", "article", "user", "img", "search", "blog"]
    agents = ["Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "Mozilla/5.0 (iPhone)"]
    lines = []
    second = 0
    for _ in range(line_count):
        second += random.below(20)
        clock = "%02d:%02d:%02d" % (second // 3600 % 24, second // 60 % 60, second % 60)
        url = "/%s/%d.html" % (random.skewed(sections), min(random.below(60), random.below(60)))
        status = [200, 200, 200, 200, 200, 200, 304, 404, 500][random.below(9)]
        size = "-" if status == 304 else str(200 + random.below(50000))
        lines.append(
            '192.0.2.%d - - [10/Oct/2026:%s +0000] "%s %s HTTP/1.1" %d %s "-" "%s"'
            % (1 + random.below(250), clock, "GET" if random.below(10) else "POST", url, status,
               size, agents[random.below(3)])
        )
    lines.insert(line_count // 2, "this line is no request")
    return "\n".join(lines) + "\n"


def graph(random, node_count, edge_count):
    """Edges that lead to low numbers more often than to high ones; some nodes have none."""
    edges = []
    for _ in range(edge_count):
        source = random.below(node_count)
        target = min(random.below(node_count), random.below(node_count))
        if source % 7 != 3 and source != target:
            edges.append("%d\t%d" % (source, target))
    return "\n".join(edges) + "\n"


def points(random, count):
    """Points around three places, in tenths, as sums of evenly drawn steps."""
    lines = []
    for _ in range(count):
        x, y = [(20, 20), (80, 30), (50, 90)][random.below(3)]
        step = lambda: sum(random.below(101) for _ in range(4)) - 200
        lines.append("%.1f,%.1f" % (x + step() / 10, y + step() / 10))
    return "\n".join(lines) + "\n"


def users(random, count):
    """Names with commas and quotes, and not in the order of their numbers."""
    titles = ["%s", "\"%s, Dr.\"", "%s %s".replace(" %s", " de Souza"), "\"%s \"\"the Great\"\"\""]
    firsts = ["Ada", "Bruno", "Chloé", "Đorđe", "Eva", "Femi"]
    lines = ["id,name,country"]
    for number in sorted(range(1, count + 1), key=lambda n: n * 7 % 31):
        name = titles[random.below(4)] % firsts[random.below(6)]
        lines.append("%d,%s,%s" % (number, name, ["DE", "FR", "NG", "RS"][random.below(4)]))
    return "\r\n".join(lines) + "\r\n"


def orders(random, count, user_count):
    lines = ["order,user,cents"]
    for number in range(count):
        user = min(random.below(user_count), random.below(user_count)) + 1
        lines.append("%d,%d,%d" % (1000 + number, user, 50 + random.below(20_000)))
    return "\n".join(lines) + "\n"


def events(random, count):
    kinds = ["view", "view", "view", "cart", "buy", "caf\\u00e9"]
    return "".join(
        '{"at": %d, "kind": "%s", "price": %s, "page": {"id": %d}}\n'
        % (1_790_000_000 + 7 * number, kinds[random.below(6)],
           ["%d", "%d.5", "-%d.25", "%de1"][random.below(4)] % random.below(300), random.below(50))
        for number in range(count))


def records(random, count):
    """Of 100 bytes: a key of ten, of which some are equal and all values occur, and the rest."""
    keys = [bytes(random.below(256) for _ in range(10)) for _ in range(count * 4 // 5)]
    return b"".join(
        keys[random.below(len(keys))] + b"%032d" % number + bytes([10, 13, 9, 92]) * 14 + b"\r\n"
        for number in range(count))


def gzip_member(text):
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def main():
    files = {
        "english.txt": english(Random(1), 120_000).encode(),
        "tongues.txt": tongues(Random(2), 900).encode(),
        "edge-cases.txt": edge_cases(),
        "access.log": access_log(Random(3), 1_200).encode(),
        "graph.tsv": graph(Random(5), 60, 260).encode(),
        "points.csv": points(Random(6), 240).encode(),
        "users.csv": users(Random(7), 24).encode(),
        "orders.csv": orders(Random(8), 120, 24).encode(),
        "events.jsonl": events(Random(9), 150).encode(),
        "records.bin": records(Random(10), 100),
        # Two members, cut in the middle of a line, as `cat a.gz b.gz` makes them.
        "more-english.gz": b"".join(
            gzip_member(part) for part in (lambda t: (t[:40_001], t[40_001:]))(english(Random(4), 80_000))
        ),
    }
    for name, content in files.items():
        with open(os.path.join(HERE, name), "wb") as file:
            file.write(content)


main()
