"""Signing in at servers, and staying signed in.

Owns: where a server lets people sign in, the ways to a token, where logins are kept, renewal. Sees: net, the lock of
the store, authlib's client pieces. Rules: RFC 6749, 7009, 7591, 7636, 8252, 8628, 9207; a secret is in no message, no
repr and no file but the vault's; a refresh token is sent once, and the new one is on disk before anything uses what
came with it.
"""

from bcfsync.auth.asking import Client, Wire
from bcfsync.auth.errors import BadAnswer, Denied, LoginUnreadable, NoSignIn, ReceiverBusy, SignInEnded
from bcfsync.auth.lasting import Lasting
from bcfsync.auth.login import Grant, Login
from bcfsync.auth.vault import Vault

__all__ = [
    "BadAnswer",
    "Client",
    "Denied",
    "Grant",
    "Lasting",
    "Login",
    "LoginUnreadable",
    "NoSignIn",
    "ReceiverBusy",
    "SignInEnded",
    "Vault",
    "Wire",
]
