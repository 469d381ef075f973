"""Names of classes and of their members."""

from __future__ import annotations

import re

from dlc.backends.python import names

# What every file imports.
MODULES = ("F", "nn", "torch", "OrderedDict")

# Attributes that every module has: a member of such a name would hide one of them.
_OF_MODULES = frozenset(
    re.split(
        r"\s+",
        """T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda
        double dump_patches eval extend extra_repr float forward get_buffer get_extra_state get_parameter
        get_submodule half insert ipu load_state_dict modules mtia named_buffers named_children named_modules
        named_parameters parameters pop register_backward_hook register_buffer register_forward_hook
        register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
        register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
        register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
        set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad""",
    )
)


def class_name(name: str) -> str:
    """`conv_unit` as ConvUnit."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    made = "".join(word[:1].upper() + word[1:] for word in words) or "Network"
    return names.identifier(f"Net{made}" if made[0].isdigit() else made, MODULES)


def member_name(name: str) -> str:
    """A layer's name as an attribute."""
    made = names.identifier(re.sub(r"_+$", "", name.lstrip("_")) or "layer")
    return f"{made}_" if made in _OF_MODULES else made


def variable_name(name: str) -> str:
    """A value's name as a variable in `forward`."""
    return names.identifier(name, (*MODULES, "self"))


def stem(name: str) -> str:
    """`conv1` of `conv1.2`, which is a layer in a chain; other names as they are."""
    found = re.fullmatch(r"(.+)\.\d+", name)
    return found[1] if found else name


def common(first: str, last: str) -> str:
    """The words with which both names begin: `conv2` of `conv2_block1_out` and `conv2_block3_out`."""
    words = []
    for a, b in zip(re.split(r"[_./]", first), re.split(r"[_./]", last), strict=False):
        if a != b:
            break
        words.append(a)
    return "_".join(words)
