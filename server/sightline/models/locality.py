"""Where a model runs and who can see what is sent to it, judged from its address and name alone.

Three facts, and none follows from another: a server on this host may hand its prompts on to a cloud; a private address
may be another machine; a server of one's own may stand in the open network. Pure and total: any texts give an answer,
nothing is looked up, and nothing is asked.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

#: Where the usual local servers listen: Ollama, LM Studio, llama.cpp, vLLM, text-generation-webui, LiteLLM, KoboldCpp.
USUAL_PORTS = frozenset({11434, 1234, 8080, 8000, 5000, 4000, 5001})
#: Names of one's own network: RFC 6762, RFC 8375, RFC 9476, and what home routers give out.
_PRIVATE_ENDS = (".local", ".lan", ".internal", ".home.arpa", ".intranet")
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
#: A number as the C library reads it: ``127.1``, ``2130706433`` and ``0x7f.1`` are 127.0.0.1 to every HTTP library.
_NUMBER = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)
#: Names of Ollama's models that its cloud runs, whatever address they are asked at.
_CLOUD_NAME = re.compile(r"[:-]cloud$", re.IGNORECASE)
#: Names as local servers give them: a file, a quantisation, a size as a tag.
_LOCAL_NAME = re.compile(
    r"\.gguf$|[-_:.]i?q[2-8]_(?:0|1|k|nl|xs|xxs|s|m)|:\d+(?:\.\d+)?b\b|-mlx\b|-awq\b|-gptq\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """Where a model runs.

    ``on_this_host``: what is sent does not leave this machine. ``private``: nobody outside one's own network sees it.
    ``self_hosted``: it has the manners of a server of one's own (it loads models, answers few at once, and is limited
    by memory), wherever it stands. ``reason`` says why, for people.
    """

    on_this_host: bool
    private: bool
    self_hosted: bool
    reason: str


def locality_of(base_url: str, model: str = "", *, remote_host: str = "", private: bool | None = None) -> Locality:
    """Where ``model`` at ``base_url`` runs.

    ``remote_host`` is the host that the server itself names for the model (Ollama's ``/api/show``), "" for none.
    ``private`` is what the user says of the server, which nothing outranks. An address in the open network outranks
    every guess from a port or a name. Without an address the name alone is guessed from, and never found private.
    """
    found = _of_model(_of_address(base_url, model), model, remote_host)
    if private is None or private is found.private:
        return found
    return replace(found, private=private, on_this_host=found.on_this_host and private, reason="your settings say so")


def is_private_host(host: str) -> bool:
    """Whether ``host`` (a name or an address) is this machine or one of a private network."""
    return _of_host(host)[1]


def _of_address(base_url: str, model: str) -> Locality:
    host, port = _host_and_port(base_url)
    if not host:
        own = bool(_LOCAL_NAME.search(model))
        reason = "its name is that of a local model, and there is no address" if own else "there is no address"
        return Locality(on_this_host=False, private=False, self_hosted=own, reason=reason)
    here, private = _of_host(host)
    if here:
        return Locality(on_this_host=True, private=True, self_hosted=True, reason=f"{host} is this machine")
    if private:
        reason = f"{host} is another machine of a private network"
        return Locality(on_this_host=False, private=True, self_hosted=True, reason=reason)
    own = port in USUAL_PORTS
    more = f", though {port} is a port of local servers" if own else ""
    reason = f"{host} is in the open network{more}"
    return Locality(on_this_host=False, private=False, self_hosted=own, reason=reason)


def _of_model(found: Locality, model: str, remote_host: str) -> Locality:
    """A server of one's own that hands the model on to a cloud is that cloud."""
    if remote_host and not is_private_host(_host_and_port(remote_host)[0] or remote_host):
        reason = f"the server hands it on to {remote_host}"
    elif found.private and _CLOUD_NAME.search(model.strip()):
        reason = "its name is that of a model which Ollama hands on to its cloud"
    else:
        return found
    return Locality(on_this_host=False, private=False, self_hosted=False, reason=reason)


def _host_and_port(url: str) -> tuple[str, int | None]:
    """Host in lower case and port; ("", None) for what is no address. A text without ``//`` is read as a host."""
    text = url.strip()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", None
    return host, port


def _of_host(host: str) -> tuple[bool, bool]:
    """(is this machine, is private)"""
    name = host.strip().strip("[]").lower().rstrip(".")
    if not name:
        return False, False
    address = _address(name)
    if address is None:
        if name == "localhost" or name.endswith(".localhost"):
            return True, True
        # A single word is found in one's own network or not at all; digits and dots that are no address are nowhere.
        return False, name.endswith(_PRIVATE_ENDS) or ("." not in name and not _NUMBER.fullmatch(name))
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified:
        return True, True
    return False, any(address.version == network.version and address in network for network in _PRIVATE_NETWORKS)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        if not _NUMBER.fullmatch(name):
            return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None
