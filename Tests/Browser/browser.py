"""A headless Chromium, driven over its DevTools protocol."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import websocket

# What may take so long and no longer: a loaded machine is slow.
PATIENCE = 120


class Browser:
    """One process of Chromium with a folder of its own, which is gone after it."""

    def __init__(self, program="chromium", flags=()):
        self.folder = tempfile.mkdtemp(prefix="browser-")
        self.errors = open(os.path.join(self.folder, "errors"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                program, "--headless=new", "--no-sandbox", "--remote-debugging-port=0",
                "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-default-apps", "--hide-scrollbars",
                "--force-color-profile=srgb", "--remote-allow-origins=*",
                f"--user-data-dir={self.folder}/profile", *flags, "about:blank",
            ],
            stderr=self.errors, stdout=subprocess.DEVNULL,
        )
        self.socket = None
        try:
            self.socket = websocket.create_connection(self.address(), timeout=PATIENCE)
        except BaseException:
            self.close()
            raise
        self.next = 0
        self.answers = {}
        self.pages = {}

    def address(self):
        """Where it listens: it writes that into its profile."""
        path = pathlib.Path(self.folder, "profile", "DevToolsActivePort")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("Chromium ended: " + self.said())
            lines = path.read_text().split("\n") if path.exists() else []
            if len(lines) >= 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            self.process_wait()
        raise RuntimeError("Chromium does not listen: " + self.said())

    def process_wait(self):
        """Waits for the process for a moment: it may end instead of listening."""
        try:
            self.process.wait(0.02)
        except subprocess.TimeoutExpired:
            pass

    def said(self):
        self.errors.seek(0)
        return self.errors.read()[-2000:]

    def send(self, method, session=None, **parameters):
        """Calls, and waits for the answer; what happens meanwhile goes to its page."""
        self.next += 1
        number = self.next
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        while number not in self.answers:
            self.receive()
        answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer.get("result", {})

    def receive(self):
        message = json.loads(self.socket.recv())
        if "id" in message:
            self.answers[message["id"]] = message
        else:
            page = self.pages.get(message.get("sessionId"))
            if page:
                page.happened(message["method"], message["params"])

    def page(self, allowed, **options):
        """A new page, which may ask `allowed` for things, and no other place."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send(
            "Target.createTarget", url="about:blank", browserContextId=context
        )["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, target, allowed)
        self.pages[session] = page
        page.begin(**options)
        return page

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """A tab, with all that went wrong in it, and all that it asked for."""

    KEYS = {
        "Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), "Tab": ("Tab", 9, ""),
        "ArrowLeft": ("ArrowLeft", 37, ""), "ArrowUp": ("ArrowUp", 38, ""),
        "ArrowRight": ("ArrowRight", 39, ""), "ArrowDown": ("ArrowDown", 40, ""),
    }

    def __init__(self, browser, session, target, allowed):
        self.browser = browser
        self.session = session
        self.target = target
        self.allowed = allowed
        self.problems = []
        self.requests = []
        self.loaded = 0
        self.expired = 0
        # Problems that a check expects, as parts of their texts.
        self.expected = []

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def begin(self, width=1280, height=900, scheme="light", is_still=True):
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self.size(width, height)
        self.scheme(scheme, is_still)

    def sign_in(self, origin, token):
        """Has the page of an origin know its token, as if it had been entered."""
        self.send("Page.addScriptToEvaluateOnNewDocument", source=(
            "if (location.origin === %s) sessionStorage.setItem('mapreduce.token', %s)"
            % (json.dumps(origin), json.dumps(token))))

    def size(self, width, height):
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=1, mobile=False,
        )

    def scheme(self, scheme, is_still=True):
        self.send(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": "reduce" if is_still else ""},
            ],
        )

    def happened(self, method, event):
        if method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            thrown = details.get("exception", {}).get("description", details["text"])
            self.problems.append(f"exception: {thrown}")
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "assert"):
            words = [str(arg.get("value", arg.get("description"))) for arg in event["args"]]
            self.problems.append("console: " + " ".join(words))
        elif method == "Log.entryAdded" and event["entry"]["level"] == "error":
            entry = event["entry"]
            self.problems.append(f"log: {entry['text']} {entry.get('url', '')}")
        elif method == "Page.loadEventFired":
            self.loaded += 1
        elif method == "Emulation.virtualTimeBudgetExpired":
            self.expired += 1
        elif method == "Fetch.requestPaused":
            self.asked(event)

    def asked(self, event):
        url = event["request"]["url"]
        self.requests.append(event["request"])
        is_fine = url.startswith(self.allowed) or url.startswith("data:")
        if not is_fine:
            self.problems.append(f"request to another place: {url}")
        # No answer is waited for: this may be within another call.
        self.browser.next += 1
        message = {
            "id": self.browser.next, "sessionId": self.session,
            "method": "Fetch.continueRequest" if is_fine else "Fetch.failRequest",
            "params": {"requestId": event["requestId"]},
        }
        if not is_fine:
            message["params"]["errorReason"] = "BlockedByClient"
        self.browser.socket.send(json.dumps(message))

    def open(self, url):
        before = self.loaded
        answer = self.send("Page.navigate", url=url)
        if "errorText" in answer:
            raise RuntimeError(f"{url}: {answer['errorText']}")
        if "loaderId" in answer:
            while self.loaded == before:
                self.browser.receive()

    def run(self, expression):
        """The value of a JavaScript expression; promises are waited for."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            thrown = details.get("exception", {}).get("description", details["text"])
            raise AssertionError(f"{expression}: {thrown}")
        return answer["result"].get("value")

    def wait(self, condition, patience=PATIENCE):
        """Waits until a JavaScript expression is true: it is looked at whenever the page changes.

        Returns its value."""
        return self.run(
            """new Promise((resolve, reject) => {
              const look = () => {
                const value = (() => { return %s; })();
                if (!value) return false;
                seen.disconnect(); clearTimeout(timer); resolve(value); return true;
              };
              const seen = new MutationObserver(look);
              const timer = setTimeout(() => {
                seen.disconnect();
                reject(new Error('waited in vain; the page says: '
                  + document.body.innerText.slice(0, 1500)));
              }, %d);
              seen.observe(document, { subtree: true, childList: true, characterData: true,
                attributes: true });
              look();
            })""" % (condition, patience * 1000)
        )

    def until(self, condition):
        """Waits until something has happened that is not in the document."""
        end = time.monotonic() + PATIENCE
        while not (found := condition()):
            if time.monotonic() > end:
                raise AssertionError("waited in vain")
            self.browser.receive()
        return found

    def advance(self, milliseconds):
        """Lets the page's own clock go on so far, at once."""
        before = self.expired
        self.send("Emulation.setVirtualTimePolicy", policy="advance", budget=milliseconds)
        while self.expired == before:
            self.browser.receive()

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")

    def key(self, key, shift=False):
        named = self.KEYS.get(key)
        code, number, text = named or (key, ord(key.upper()), key)
        common = {
            "key": key, "code": code, "windowsVirtualKeyCode": number,
            "modifiers": 8 if shift else 0,
        }
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown",
                  **({"text": text} if text else {}), **common)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def click(self, selector):
        """Clicks into the middle of an element, with a pointer."""
        place = self.run(
            """(() => { const e = document.querySelector(%s);
              if (!e) return null;
              e.scrollIntoView({block: 'center', inline: 'nearest'});
              const r = e.getBoundingClientRect();
              return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()""" % json.dumps(selector)
        )
        if place is None:
            raise AssertionError(f"{selector} is not there")
        self.pointer("mouseMoved", place)
        self.pointer("mousePressed", place)
        self.pointer("mouseReleased", place)

    def pointer(self, kind, place, **more):
        button = {} if kind in ("mouseMoved", "mouseWheel") else {"button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type=kind, **place, **button, **more)

    def drawn(self):
        """Waits until what has changed is on the screen."""
        self.run(
            "new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(() => f())))"
        )

    def screenshot(self, path, full=False, clip=None):
        self.drawn()
        place = {"clip": {**clip, "scale": 1}} if clip else {}
        picture = self.send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=full or bool(clip),
            **place,
        )
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def unexpected(self):
        """What went wrong that no check expected."""
        return [p for p in self.problems if not any(part in p for part in self.expected)]

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)
        self.browser.pages.pop(self.session, None)
