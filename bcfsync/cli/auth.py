"""``bcfsync auth login``, ``status`` and ``logout``.

Owns: their command lines. What they do is in ``signing_in``, loaded when one of them runs.
"""

import sys
from collections.abc import Mapping

import click

from bcfsync.cli.options import Manner, manner_options
from bcfsync.errors import UsageError

_NAME = click.argument("name", required=False)
_URL = click.option("--url", help="The server's address, where it is not in bcfsync.toml.")
_GRANTS = {"token_stdin": "token"}
"""What a way is called where its option is called otherwise."""


class TwoWays(UsageError, ValueError):
    """The command line asks for two ways to sign in at once."""

    hint = "give one of them"


@click.group("auth", short_help="Sign in at servers, and out.")
def auth_command() -> None:
    """Sign in at servers, and out. Tokens are kept in the keyring, or in a file that only you can read."""


@auth_command.command("login", short_help="Sign in.")
@_NAME
@_URL
@click.option("--device", is_flag=True, help="Type a code in a browser elsewhere.")
@click.option("--client-credentials", is_flag=True, help="As a program, with the secret of --client-id.")
@click.option("--basic", is_flag=True, help="With user and password, sent with every request.")
@click.option("--token-stdin", is_flag=True, help="With a token, read from standard input.")
@click.option("--api-key", is_flag=True, help="With an API key, read from standard input.")
@click.option("--user", help="The user for --basic; the password is asked for, or read from standard input.")
@click.option("--client-id", metavar="ID", help="Who bcfsync is to this server as a program.")
@click.option(
    "--client-secret", "ask_secret", is_flag=True,
    help="Ask for the program's secret, or read it from standard input; else BCFSYNC_CLIENT_SECRET.",
)  # fmt: skip
@click.option("--issuer", metavar="URL", help="The OpenID issuer people sign in at.")
@click.option("--scope", metavar="WORDS", help="What to ask for.")
@click.option("--redirect", metavar="URL", help="Where the browser comes back to, where the server knows only that.")
@click.option("--no-browser", is_flag=True, help="Print the address, and open nothing.")
@click.option(
    "--timeout", type=click.FloatRange(5, 3600), default=300.0, show_default=True, metavar="SECONDS",
    help="How long to wait for somebody to sign in in the browser.",
)  # fmt: skip
@manner_options
def login_command(
    manner: Manner, name: str | None, url: str | None, user: str | None, client_id: str | None,
    ask_secret: bool, issuer: str | None, scope: str | None, redirect: str | None, no_browser: bool, timeout: float,
    **ways: bool,
) -> None:  # fmt: skip
    """Sign in at the server NAME of bcfsync.toml, or at --url; in a browser, unless an option says otherwise."""
    from bcfsync.cli.signing_in import Wanted, login  # noqa: PLC0415 - help shall not wait for the engine

    wanted = Wanted(
        name, url, _way(ways, user), user or "", client_id or "", issuer or "", tuple((scope or "").split()),
        redirect or "", ask_secret=ask_secret, browser=not no_browser, seconds=timeout,
    )  # fmt: skip
    sys.exit(login(wanted, manner))


def _way(ways: Mapping[str, bool], user: str | None) -> str:
    """The one way that was asked for; by a browser where none was."""
    asked = [name for name, wanted in ways.items() if wanted]
    options = [f"--{name.replace('_', '-')}" for name in asked]
    if len(options) > 1:
        raise TwoWays(f"{' and '.join(options)} are different ways to sign in")
    way = _GRANTS.get(asked[0], asked[0].replace("_", "-")) if asked else "browser"
    if user is not None and way != "basic":
        other = options[0] if options else "a browser"
        raise TwoWays(f"--user belongs to --basic, not to {other}", hint="add --basic, or leave out --user")
    return way


@auth_command.command("status", short_help="Say who is signed in where, and for how long.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_URL
@click.option("--offline", is_flag=True, help="Ask no server.")
@manner_options
def status_command(manner: Manner, names: tuple[str, ...], url: str | None, offline: bool) -> None:
    """Say who is signed in where, how, until when, and what they may do there."""
    from bcfsync.cli.signed_in import status  # noqa: PLC0415

    sys.exit(status(names, url, manner, offline=offline))


@auth_command.command("logout", short_help="Sign out.")
@_NAME
@_URL
@manner_options
def logout_command(manner: Manner, name: str | None, url: str | None) -> None:
    """Sign out: give the tokens back to the server, where it takes them, and forget them."""
    from bcfsync.cli.signed_in import logout  # noqa: PLC0415

    sys.exit(logout(name, url, manner))
