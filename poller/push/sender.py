"""What a host runs that sends its samples by itself; printed, filled in, by `monctl hosts push-script`.

Python 3.6 or newer and its standard library, psutil where the host has it. The probe's source is carried
along and run within this process. Three parts work side by side: the main thread takes a sample every
interval, `Sending` is a thread that posts them, and `Backlog` holds what is unsent, on disk while the server
cannot be reached.
"""

import argparse
import base64
import collections
import http.client
import json
import os
import random
import re
import select
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
import zlib

SETTINGS = {}  # type: dict[str, Any]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COLLECT_PATH = "/api/v1/metrics/collect"
MAX_KEPT = 1000
MAX_BATCH = 50
MAX_BATCH_BYTES = 900 * 1000  # proxies often take a megabyte at most
MAX_REPLY_BYTES = 1000 * 1000
TIMEOUT_SECONDS = 10.0
DEADLINE_SECONDS = 1.5  # of a collector: also the longest that a signal waits
LONGEST_WAIT_SECONDS = 30.0
STOP_SECONDS = 0.5


def say(text: "str") -> "None":
    """Write one line to the log."""
    try:
        sys.stderr.write("monctl-push: %s\n" % text)
        sys.stderr.flush()
    except OSError:
        pass  # nobody reads it any more


class Sampler:
    """Takes samples with the probe's collectors, each when it is due."""

    def __init__(self, packed_probe: "str", backend: "str", collectors: "dict[str, float]") -> None:
        space = {"__name__": "monctl_probe"}  # type: dict[str, Any]
        for part in zlib.decompress(base64.b64decode(packed_probe)).split(b"\f"):
            exec(compile(part, "probe", "exec"), space)
        source, name, version = space["open_source"](backend)
        self.hello = dict(space["facts"](), monctl=1, nonce="push", backend=name, psutil=version)
        self.probe = space["Probe"](source)
        self.encode = space["Writer"]().line
        self.collectors = collectors
        self.due_at = {}  # type: dict[str, float]
        self.number = 0

    def take(self, now: "float", interval: "float") -> "str":
        """A sample as a line of JSON; `now`: monotonic seconds."""
        slack = interval / 2
        names = [name for name in self.collectors if now + slack >= self.due_at.get(name, now)]
        for name in names:
            self.due_at[name] = now + max(self.collectors[name], interval)
        self.number += 1
        request = {"id": self.number, "collect": names, "deadline": DEADLINE_SECONDS}
        return str(self.encode(self.probe.answer(json.dumps(request))))


class Backlog:
    """The samples that are not sent yet, oldest first, at most `limit`; beyond it the oldest is dropped.

    The file has a line for each, and may have older ones that are sent already: the server knows those. It is
    only appended to, written anew when it has twice the limit, and removed when everything is sent.
    """

    def __init__(self, path: "str", limit: "int" = MAX_KEPT) -> None:
        self.path = path
        self.limit = limit
        self.lock = threading.Lock()
        self.lines = collections.deque()  # type: collections.deque[str]
        self.first = 0  # the number of the first line since the start
        self.unsaved = 0  # lines at the end that are not in the file
        self.in_file = 0
        self.is_torn = False  # the file may end within a line
        self.is_failing = False
        self.is_full = False

    def load(self) -> "int":
        """Take over what an earlier run left; how many samples that is. A torn last line is left out."""
        try:
            with open(self.path, "rb") as file:
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return 0
        except OSError as error:
            say("%s cannot be read: %s" % (self.path, error.strerror))
            return 0
        self.is_torn = lines.pop() != b""
        self.in_file = len(lines)
        self.lines.extend(line.decode("ascii") for line in lines[-self.limit :] if is_sample(line))
        return len(self.lines)

    def add(self, line: "str", save: "bool") -> "None":
        """Add a sample; `save`: on disk too, with all that is not there yet."""
        with self.lock:
            self.lines.append(line)
            self.unsaved += 1
            if len(self.lines) > self.limit:
                self.lines.popleft()
                self.first += 1
                if not self.is_full:
                    say("more than %d samples wait: the oldest are dropped" % self.limit)
                self.is_full = True
            self.unsaved = min(self.unsaved, len(self.lines))
            if save:
                self.write()

    def save(self) -> "None":
        """Have everything on disk."""
        with self.lock:
            self.write()

    def write(self) -> "None":
        """Append what is not in the file, or write it anew."""
        if not self.unsaved and not self.is_torn:
            return
        try:
            if self.is_torn or self.in_file + self.unsaved > 2 * self.limit:
                self.write_anew()
            else:
                self.append()
        except OSError as error:
            self.is_torn = True
            if not self.is_failing:
                say("%s cannot be written, samples are kept in memory: %s" % (self.path, error.strerror))
            self.is_failing = True
        else:
            self.unsaved = 0
            self.is_torn = self.is_failing = False

    def append(self) -> "None":
        """Add the unsaved lines at the file's end."""
        unsaved_lines = list(self.lines)[len(self.lines) - self.unsaved :]
        write_file(self.path, unsaved_lines, os.O_APPEND)
        self.in_file += len(unsaved_lines)

    def write_anew(self) -> "None":
        """Put a file of just the lines there in one step."""
        new_path = self.path + ".new"
        write_file(new_path, list(self.lines), os.O_TRUNC)
        os.replace(new_path, self.path)
        self.in_file = len(self.lines)

    def batch(self, count: "int") -> "tuple[int, list[str]]":
        """The oldest samples, at most `count` and what a request may hold, and the number after them."""
        with self.lock:
            lines = []  # type: list[str]
            size = 0
            for line in self.lines:
                size += len(line)
                if lines and (len(lines) >= count or size > MAX_BATCH_BYTES):
                    break
                lines.append(line)
            return self.first + len(lines), lines

    def drop_before(self, upto: "int") -> "int":
        """Drop the samples before that number; returns how many are left."""
        with self.lock:
            while self.lines and self.first < upto:
                self.lines.popleft()
                self.first += 1
            self.unsaved = min(self.unsaved, len(self.lines))
            if not self.lines:
                self.is_full = False
                self.remove()
            return len(self.lines)

    def remove(self) -> "None":
        """Delete the file, if there is one."""
        if not self.in_file and not self.is_torn:
            return
        try:
            os.remove(self.path)
        except FileNotFoundError:
            pass
        except OSError as error:
            say("%s cannot be removed: %s" % (self.path, error.strerror))
        self.in_file = 0
        self.is_torn = False


def write_file(path: "str", lines: "list[str]", how: "int") -> "None":
    """Write lines into a file that only its owner can read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_BINARY", 0), 0o600)
    try:
        data = memoryview("".join(line + "\n" for line in lines).encode("ascii"))
        while data:
            data = data[os.write(fd, data) :]
    finally:
        os.close(fd)


def is_sample(line: "bytes") -> "bool":
    """Whether a line of the file is a whole sample."""
    try:
        return isinstance(json.loads(line.decode("ascii")), dict)
    except ValueError:
        return False


class Failed(Exception):
    """A request that brought nothing; `kind` stays the same while the reason does."""

    def __init__(self, kind: "str", text: "str", wait: "float | None" = None) -> None:
        super().__init__(text)
        self.kind = kind
        self.wait = wait


class TooLarge(Exception):
    """A request that the server, or a proxy before it, will never take."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the key must not go elsewhere."""

    def redirect_request(self, *_: "Any") -> "None":
        """Refuse."""
        return


class Server:
    """Where samples go."""

    def __init__(self, url: "str", key: "str", ca: "str | None") -> None:
        if not re.match("https?://[^/]", url):
            raise ValueError("not a URL of a server: %s" % url)
        self.url = url.rstrip("/") + COLLECT_PATH
        self.headers = {
            "Authorization": "Bearer " + key,
            "Content-Type": "application/json",
            "User-Agent": "monctl-push",
        }
        context = ssl.create_default_context(cadata=ca)  # checks certificate and name
        https = urllib.request.HTTPSHandler(context=context)
        self.opener = urllib.request.build_opener(https, NoRedirect())

    def post(self, body: "bytes") -> "tuple[int, dict[str, Any]]":
        """The status and what was answered; raises Failed when the samples are to be sent again."""
        request = urllib.request.Request(self.url, body, self.headers, method="POST")
        try:
            with self.opener.open(request, timeout=TIMEOUT_SECONDS) as reply:
                return reply.status, document(reply.read(MAX_REPLY_BYTES))
        except urllib.error.HTTPError as error:
            return self.refusal_reply(error)
        except urllib.error.URLError as error:
            raise Failed(type(error.reason).__name__, str(error.reason))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Failed(type(error).__name__, str(error) or type(error).__name__)

    def refusal_reply(self, error: "urllib.error.HTTPError") -> "tuple[int, dict[str, Any]]":
        """What an answer that is an error means."""
        try:
            with error:
                reply = document(error.read(MAX_REPLY_BYTES))
        except (OSError, http.client.HTTPException):
            reply = {}
        if error.code in (409, 422):
            return error.code, reply
        text = "%d %s" % (error.code, reply.get("detail") or error.reason)
        if error.code in (400, 413):
            raise TooLarge(text)
        raise Failed(str(error.code), text, retry_after(error.headers.get("Retry-After")))


def document(body: "bytes") -> "dict[str, Any]":
    """The JSON object of an answer; empty for anything else."""
    try:
        value = json.loads(body.decode("utf-8"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def retry_after(text: "str | None") -> "float | None":
    """Seconds, bounded; None where nothing usable is said."""
    if text is None or not re.match("[0-9]{1,6}$", text):
        return None
    return min(float(text), 3600.0)


class Sending(threading.Thread):
    """Posts the backlog, oldest first, until stopped; waits longer and longer while that fails."""

    def __init__(
        self, server: "Server", backlog: "Backlog", host: "str", hello: "dict[str, Any]", interval: "float"
    ) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.backlog = backlog
        self.envelope = json.dumps({"host": host, "hello": hello})[:-1]
        self.first_wait = min(max(interval, 0.1), 5.0)
        self.wake = threading.Event()
        self.is_stopped = False
        self.is_busy = False
        self.failure = None  # type: str | None
        self.refusals = ""
        self.wait_seconds = 0.0
        self.most = MAX_BATCH

    @property
    def keeps_up(self) -> "bool":
        """Whether the next sample will likely be sent at once, so that no disk needs to see it."""
        return self.failure is None and not self.is_busy

    def run(self) -> "None":
        """Send whenever there is something."""
        while not self.is_stopped:
            self.wake.wait()
            self.wake.clear()
            while not self.is_stopped and self.send_batch():
                pass

    def send_batch(self) -> "bool":
        """Send the oldest samples; False when there are none."""
        upto, lines = self.backlog.batch(self.most)
        if not lines:
            return False
        self.is_busy = True
        try:
            status, reply = self.server.post(self.body(lines))
        except Failed as error:
            self.failed(error)
            return True
        except TooLarge as error:
            self.make_smaller(upto, lines, str(error))
            return True
        finally:
            self.is_busy = False
        self.note_sent(status, reply, self.backlog.drop_before(upto))
        return True

    def body(self, lines: "list[str]") -> "bytes":
        """A request; the samples go as they are."""
        text = '%s, "sent": %.3f, "answers": [%s]}' % (self.envelope, time.time(), ", ".join(lines))
        return text.encode("ascii")

    def note_sent(self, status: "int", reply: "dict[str, Any]", remaining: "int") -> "None":
        """Note that samples are done; tell what changed."""
        if self.failure is not None:
            say("the server can be reached again; %d samples left to send" % remaining)
        self.failure = None
        self.wait_seconds = 0.0
        self.most = MAX_BATCH
        refusals = refusals_of(status, reply)
        if refusals and refusals != self.refusals:
            say("refused: %s" % refusals)
        elif self.refusals and not refusals:
            say("samples are taken again")
        self.refusals = refusals

    def failed(self, error: "Failed") -> "None":
        """Keep the samples, and wait before the next attempt."""
        if self.failure != error.kind:
            say("cannot send to %s, samples are kept: %s" % (self.server.url, error))
        self.failure = error.kind
        self.backlog.save()
        self.wait_seconds = min(max(2 * self.wait_seconds, self.first_wait), LONGEST_WAIT_SECONDS)
        wait = self.wait_seconds * random.uniform(0.7, 1.0) if error.wait is None else error.wait
        deadline = time.monotonic() + wait
        while not self.is_stopped and time.monotonic() < deadline:
            self.wake.wait(deadline - time.monotonic())
            self.wake.clear()

    def make_smaller(self, upto: "int", lines: "list[str]", reason: "str") -> "None":
        """Send fewer at once; one that is never taken is dropped, so that it does not bar the way."""
        if len(lines) > 1:
            self.most = len(lines) // 2
            return
        say("a sample is dropped: %s" % reason)
        self.backlog.drop_before(upto)


def refusals_of(status: "int", reply: "dict[str, Any]") -> "str":
    """Why samples were refused, each reason once; "" if none was, but for those that had arrived before."""
    refused_samples = reply.get("refused")
    if not isinstance(refused_samples, list):
        return "" if status < 400 else "%d %s" % (status, reply.get("detail", ""))
    reasons = {
        str(one.get("reason")): str(one.get("detail")) for one in refused_samples if isinstance(one, dict)
    }
    reasons.pop("duplicate", None)
    return "; ".join("%s: %s" % (name, reasons[name][:200]) for name in sorted(reasons))


class Stop:
    """Tells the main thread of SIGTERM and SIGINT, also while it sleeps."""

    def __init__(self) -> None:
        self.is_set = False
        self.reading, writing = socket.socketpair()
        self.reading.setblocking(False)
        writing.setblocking(False)
        self.writing = writing
        signal.set_wakeup_fd(writing.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.note)

    def note(self, *_: "Any") -> "None":
        """Note a signal."""
        self.is_set = True

    def sleep_until(self, due_time: "float") -> "None":
        """Sleep until a monotonic time or a signal."""
        while not self.is_set and time.monotonic() < due_time:
            select.select([self.reading], [], [], max(due_time - time.monotonic(), 0.0))


def take_samples(sampler: "Sampler", sending: "Sending", interval: "float", stop: "Stop") -> "None":
    """A sample at once and then every interval, until stopped; those whose time has passed are left out."""
    due_time = time.monotonic()
    fault = ""
    while not stop.is_set:
        try:
            line = sampler.take(time.monotonic(), interval)
        except Exception as error:
            if fault != str(error):
                say("no sample could be taken: %s: %s" % (type(error).__name__, error))
            fault = str(error)
        else:
            fault = ""
            sending.backlog.add(line, not sending.keeps_up)
            if sending.failure is None:
                sending.wake.set()
        due_time += interval
        due_time = max(due_time, due_time + interval * ((time.monotonic() - due_time) // interval))
        stop.sleep_until(due_time)


def state_file(path: "str | None", host: "str") -> "str":
    """Where unsent samples are kept: as told, in systemd's $STATE_DIRECTORY, or beside this script."""
    if path:
        return path
    folder = os.environ.get("STATE_DIRECTORY", "").split(os.pathsep)[0]
    folder = folder or os.path.dirname(os.path.abspath(sys.argv[0]))
    return os.path.join(folder, "monctl-push-%s.jsonl" % re.sub("[^A-Za-z0-9._-]", "_", host)[:100])


def main() -> "None":
    """Sample and send until SIGTERM or SIGINT; what is unsent then stays on disk."""
    host, interval = SETTINGS["host"], SETTINGS["interval"]
    parser = argparse.ArgumentParser(description="Send samples of %s to monctl." % host)
    parser.add_argument("--state", metavar="FILE", help="where to keep what cannot be sent yet")
    path = state_file(parser.parse_args().state, host)
    url = os.environ.get("MONCTL_URL") or SETTINGS["url"]
    key = os.environ.get("MONCTL_KEY") or SETTINGS["key"]
    stop = Stop()
    try:
        sampler = Sampler(SETTINGS["probe"], SETTINGS["backend"], SETTINGS["collectors"])
        server = Server(url, key, SETTINGS["ca"])
    except (RuntimeError, ValueError, ssl.SSLError) as error:
        say("cannot start: %s" % error)
        sys.exit(3)
    backlog = Backlog(path)
    unsent = backlog.load()
    say(
        "sending samples of %s to %s every %g s%s"
        % (host, url, interval, ", %d kept" % unsent if unsent else "")
    )
    sending = Sending(server, backlog, host, sampler.hello, interval)
    sending.start()
    take_samples(sampler, sending, interval, stop)
    sending.is_stopped = True
    sending.wake.set()
    sending.join(STOP_SECONDS)
    backlog.save()
    os._exit(0)  # threads that hang, of the probe or in a request, must not keep the program


if __name__ == "__main__":
    main()
