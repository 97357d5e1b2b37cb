"""What may a template do, and in which time? The environment in which a site's templates and ours run.

In: a loader, the filters of a language. Out: an environment whose templates see nothing but the values they are given, know no
unknown names, and make no much out of little.

For editing here: a short way is for what cannot harm, named by its exact type; everything else goes the sandbox's way. A letter
has seventy pieces, and half of the time of intake makes letters: measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Macro, TemplateReference
from jinja2.runtime import Context as JinjaContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailsupport.mail import facts
from mailsupport.mail.contexts import KINDS

_INFLATING = frozenset({
    "ljust", "rjust", "center", "zfill", "expandtabs", "format", "format_map", "replace", "translate", "encode", "to_bytes",
})  # fmt: skip
"""Methods of texts and numbers that make much out of little, and those that lead to bytes, which have them all again."""
_VALUES = frozenset({*KINDS.values(), *(made_of for made_of in vars(facts).values() if is_dataclass(made_of)), TemplateModule})
"""Frozen values of ours, and imported macros: every public attribute may be read, and asking the sandbox each time is slow."""
_SHORT = 48
"""Characters of a text whose escaped form is kept: labels, colours, codes, names."""
_ADDED = frozenset({"_block_vars", "_loop_vars"})
"""What jinja adds to every call, for functions that ask for the context."""

_escaped_short: Callable[[str], str] = lru_cache(maxsize=512)(escape)


class _Code(CodeGenerator):
    """Jinja's compiler; only what HTML puts out is escaped in our way."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


def _escaped(value: object) -> str:
    """Return what `escape` makes of a value, without saying that it is safe: what is put out is only joined, and half as slow."""
    if type(value) is not str:
        return escape(value)
    if len(value) <= _SHORT:
        return _escaped_short(value)
    safe = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace("'", "&#39;").replace('"', "&#34;")


def _takes_more(macro: Macro) -> bool:
    """Whether a macro is given more than its named arguments."""
    return macro.caller or macro.catch_kwargs or macro.catch_varargs


class Sandbox(ImmutableSandboxedEnvironment):
    """No attribute that leads outside, and no operation that makes much out of little."""

    code_generator_class = _Code
    intercepted_binops = frozenset({"*", "**", "%"})
    escaped = staticmethod(_escaped)

    def call(self, context: JinjaContext, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a template's own macro or block at once; whether anything else may be called is asked."""
        if type(called) is Macro:
            if kwargs.keys() <= _ADDED and len(args) == len(called.arguments) and not _takes_more(called):
                made = called._func(*args)
                return Markup(made) if context.eval_ctx.autoescape else made
            for added in _ADDED:
                kwargs.pop(added, None)
            return called(context.eval_ctx, *args, **kwargs)
        if type(called) is BlockReference and not args:
            return called()
        return super().call(context, called, *args, **kwargs)

    def call_binop(self, context: JinjaContext, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers only: a text times 10**8 is 100 MB."""
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} is for numbers only")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """Offer no safe `str.format`: with a width it fills a gigabyte; it is refused like its kin below."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read a value of ours at once; everything else is asked about."""
        if type(obj) in _VALUES and attribute[0] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass  # a name that does not exist: the sandbox says so in its words
        elif type(obj) is TemplateReference:
            try:
                return obj[attribute]
            except LookupError:
                pass
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse, beyond what the sandbox refuses, the methods that can write without end."""
        if type(obj) in _VALUES:
            return not attr.startswith("_")
        return not (isinstance(obj, str | int) and attr in _INFLATING) and super().is_safe_attribute(obj, attr, value)
