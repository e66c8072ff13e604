"""Words, patterns and tokens as OpenSSH reads them."""

import re

_KEYWORDS = """
host match include addkeystoagent addressfamily batchmode bindaddress bindinterface canonicaldomains
canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames
casignaturealgorithms certificatefile challengeresponseauthentication channeltimeout checkhostip ciphers
clearallforwardings compression connectionattempts connecttimeout controlmaster controlpath
controlpersist dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure
fingerprinthash forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted
gatewayports globalknownhostsfile gssapiauthentication gssapidelegatecredentials hashknownhosts
hostbasedacceptedalgorithms hostbasedauthentication hostkeyalgorithms hostkeyalias hostname
identitiesonly identityagent identityfile ignoreunknown ipqos kbdinteractiveauthentication
kbdinteractivedevices kexalgorithms knownhostscommand localcommand localforward loglevel logverbose macs
nohostauthenticationforlocalhost numberofpasswordprompts obscurekeystroketiming passwordauthentication
permitlocalcommand permitremoteopen pkcs11provider port preferredauthentications proxycommand proxyjump
proxyusefdpass pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication rekeylimit
remotecommand remoteforward requesttty requiredrsasize revokedhostkeys securitykeyprovider sendenv
serveralivecountmax serveraliveinterval sessiontype setenv stdinnull streamlocalbindmask
streamlocalbindunlink stricthostkeychecking syslogfacility tag tcpkeepalive tunnel tunneldevice
updatehostkeys usekeychain user userknownhostsfile verifyhostkeydns versionaddendum visualhostkey
xauthlocation
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""What a line of a configuration may begin with, in lower case."""

_TOKEN = re.compile(r"%.")
_ESCAPED = frozenset("'\"\\")
_QUOTES = frozenset("'\"")
_BLANKS = frozenset(" \t")


def split_words(text: str) -> list[str]:
    """The words of a line: in single or double quotes with blanks, up to a word that begins with `#`.

    A backslash makes quotes, backslashes and blanks plain, and stands for itself before anything else. Raises
    ValueError for a quote without an end.
    """
    words: list[str] = []
    position = 0
    while True:
        while position < len(text) and text[position] in _BLANKS:
            position += 1
        if position >= len(text) or text[position] == "#":
            return words
        word, position = _word(text, position)
        words.append(word)


def _word(text: str, position: int) -> tuple[str, int]:
    """The word that begins here, and where it ends."""
    characters: list[str] = []
    quote = ""
    while position < len(text):
        char = text[position]
        following = text[position + 1 : position + 2]
        if char == "\\" and (following in _ESCAPED or (following == " " and not quote)):
            characters.append(following)
            position += 1
        elif not quote and char in _BLANKS:
            break
        elif not quote and char in _QUOTES:
            quote = char
        elif char == quote:
            quote = ""
        else:
            characters.append(char)
        position += 1
    if quote:
        raise ValueError("a quote does not end")
    return "".join(characters), position


def is_match(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` and `?` matches the whole text; in time of their product at most."""
    if len(pattern) - pattern.count("*") > len(text):
        return False
    here = place = 0
    star, star_place = -1, 0
    while place < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, star_place = here, place
            here += 1
        elif here < len(pattern) and pattern[here] in ("?", text[place]):
            here += 1
            place += 1
        elif star >= 0:
            star_place += 1
            here, place = star + 1, star_place
        else:
            return False
    return not pattern[here:].strip("*")


def is_any_match(patterns: list[str], text: str) -> bool:
    """Whether one of the patterns matches, and none of those that begin with `!`."""
    matches = False
    for pattern in patterns:
        is_negated = pattern.startswith("!")
        if is_match(pattern[is_negated:], text):
            if is_negated:
                return False
            matches = True
    return matches


def key_path(text: str, *, alias: str, address: str, user: str | None, port: str) -> str | None:
    """The path that IdentityFile names, without tokens; None for `none`.

    Raises ValueError, with the token, for one that only `ssh` knows when it runs.
    """
    if text.lower() in ("none", ""):
        return None
    tokens = {"%%": "%", "%d": "~", "%h": address, "%n": alias, "%p": port}
    if user is not None:
        tokens["%r"] = user
    unknown = next((token for token in _TOKEN.findall(text) if token not in tokens), None)
    if unknown is not None:
        raise ValueError(unknown)
    return _TOKEN.sub(lambda match: tokens[match.group()], text)
