"""What a person prefers: language, light or dark, two inks or one; kept in cookies for a year."""

from __future__ import annotations

from urllib.parse import quote, unquote

from flask import Flask, Response, g, request

from kyokan.web.wording import LANGUAGES

CHOICES: dict[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    "theme": ("auto", "light", "dark"),
    "ink": ("two", "one"),
}
YEAR = 365 * 24 * 3600
SEEN, SEEN_KEPT = "seen", 8


def cookie_name(name: str) -> str:
    """Browsers take ``__Host-`` cookies over https only, and then from nobody but this host."""
    return f"__Host-{name}" if request.is_secure else name


def stored(name: str) -> str:
    """What a cookie of ours says; empty where there is none."""
    return request.cookies.get(cookie_name(name), "")


def chosen(name: str) -> str:
    """The value of a preference: query parameter, else cookie, else the browser's wish or the first choice."""
    choices = CHOICES[name]
    for value in (request.args.get(name), stored(name)):
        if value in choices:
            return value
    if name == "lang":
        return request.accept_languages.best_match(LANGUAGES) or "ja"
    return choices[0]


def seen() -> list[str]:
    """Ids of the entities looked at last, newest first."""
    return [unquote(part) for part in stored(SEEN).split(",") if part][:SEEN_KEPT]


def remember(entity_id: str) -> None:
    """Note that an entity was looked at; written to the cookie with the answer."""
    g.seen = [entity_id, *(other for other in g.get("seen", seen()) if other != entity_id)][:SEEN_KEPT]


def prefer(name: str, value: str) -> None:
    """Note a preference that was chosen otherwise than by the address; written to its cookie with the answer."""
    g.setdefault("preferred", {})[name] = value


def keep(response: Response) -> Response:
    """Write the cookies of what was chosen or looked at in this request."""
    kept: dict[str, str] = dict(g.get("preferred", {}))
    kept |= {name: request.args[name] for name, choices in CHOICES.items() if request.args.get(name) in choices}
    if "seen" in g:
        # quoted: a header holds ASCII without control characters only, an id any letter
        kept[SEEN] = ",".join(quote(entity_id, safe=":") for entity_id in g.seen)
    for name, value in kept.items():
        secure = request.is_secure
        response.set_cookie(cookie_name(name), value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def init_app(app: Flask) -> None:
    """Read preferences before a page is made and keep them after."""

    @app.before_request
    def read() -> None:
        for name in CHOICES:
            setattr(g, name, chosen(name))

    app.after_request(keep)
