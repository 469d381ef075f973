"""What a column is for: header words and their meanings, by a fuzzy dictionary."""

from __future__ import annotations

import enum
import functools
import re

import attrs
from rapidfuzz import fuzz, process

from dlc.frontends.phrases.normal import compact, normalise


class Role(enum.Enum):
    """The meaning of a column's (or, in a table that runs across, a row's) cells."""

    LABEL = "label"  # layer, type, name, stage: which of them the cells decide
    CONFIG = "config"  # layer phrases; several such columns are alternative networks
    KERNEL = "kernel"
    STRIDE = "stride"
    PAD = "pad"
    KERNEL_STRIDE = "kernel/stride"
    FILTERS = "filters"
    FILTER_SHAPE = "filter shape"
    CHANNELS_IN = "channels in"
    UNITS = "units"
    INPUT = "input"
    OUTPUT = "output"
    REPEAT = "repeat"
    EXPANSION = "expansion"
    EXPANDED = "expanded"
    ACTIVATION = "activation"
    NORM = "norm"
    SQUEEZE = "squeeze"
    DROPOUT = "dropout"
    POOL = "pool"
    POOL_STRIDE = "pool stride"
    GROUPS = "groups"
    DILATION = "dilation"
    BRANCH = "branch"  # a column of an inception table
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@attrs.frozen
class Branch:
    """Where a column of an inception table belongs: the branch's kernel, and whether it is its reduction.

    Kernel 0 stands for the pooling branch; `double` for two convolutions in a row.
    """

    kernel: int
    reduces: bool = False
    double: bool = False


@attrs.frozen
class Header:
    """A header's meaning; `rest` are its words that the dictionary does not explain ("Large")."""

    role: Role
    text: str = ""
    branch: Branch | None = None
    rest: str = ""
    unit: str = ""


_WORDS: dict[Role, str] = {
    Role.LABEL: "layer layers layertype layername type types typename name names stage stages group groupname block"
    " blocks blocktype blockname operator operators operation operations op module modules unit component"
    " layertypes layerid layerno no nr index id number layernumber kind process sequence building buildingblock"
    " function layerfunction level section part layernumbers convlayer scale step phase",
    Role.CONFIG: "configuration configurations config parameters params settings architecture structure details"
    " description specification specifications hyperparameters hyperparameter parameter parametersdimensions"
    " layerparameters layerdescription setting layerparams layerconfiguration layerdetails detail value values"
    " attributes attribute properties specs design network layersettings convolution convolutions",
    Role.KERNEL: "kernel kernels kernelsize filtersize filter ksize patchsize support window windowsize fieldsize"
    " receptivefieldsize size filterdim filterdimension kernelsizes filtersizes kersize kernelshape patch"
    " filterdimensions convkernel convolutionkernel kernelwidth filterwidth convfiltersize convsize spatialextent",
    Role.STRIDE: "stride strides convstride s st stridesize step convolutionstride subsampling strd",
    Role.PAD: "pad padding zeropadding zeropaddingsize paddings pads p paddingsize zeropad",
    Role.FILTERS: "filters channels filter nfilters numfilters numfilts numberoffilters outputchannels outchannels"
    " channel c out featuremaps maps kernelnumber nkernels numkernels numberofkernels featuremap width"
    " outputchannel nout outputmaps outc cout features feature numberofchannels noffilters nchannels outplanes"
    " outch chout outputfilters channelsout filternumber numchannels fmaps numberoffeaturemaps noutputs fm"
    " outputfeatures numoutput numberofoutputs outputdimension outputdim dim dims",
    Role.FILTER_SHAPE: "filtershape filtershapes weightshape weights kernelweights weightsize weightshapes"
    " convolutionfilter filtersshape",
    Role.CHANNELS_IN: "filtdim inchannels inputchannels inputchannel channelsin inc cin inplanes inch chin"
    " inputmaps inputfeatures inputdim inputdims",
    Role.UNITS: "units hiddenunits neurons nodes outputunits numberofunits numberofneurons numunits nunits"
    " hiddensize outputnodes numneurons",
    Role.INPUT: "input inputs inputsize inputshape inputdimension inputdimensions spatialinputsize resolution"
    " insize sizein inputresolution inputs1 inshape inputtensor inputfeaturemap layerinput inputsizes"
    " inputvolume",
    Role.OUTPUT: "output outputs outputsize outputshape outputdimension outputdimensions outputvolume"
    " spatialoutputsize outsize sizeout outputresolution outshape featuremapsize mapsize outputtensor"
    " outputdims featuresize activationsize outputsizes activationshape spatialsize"
    " outputfeaturemap layeroutput tensorsize volume datasize outputs1 outputspatialsize featureshape"
    " dimension dimensions shape spatialresolution featuremapshape featuredimension outputmapsize dataout"
    " tensorshape outputfeaturemapsize sizeoffeaturemap sizeofoutput",
    Role.REPEAT: "repeat repeats n repetition repetitions times numlayers nlayers numberoflayers layers l"
    " numblocks nblocks numberofblocks iterations repeated count",
    Role.EXPANSION: "t expansion expansionfactor expansionratio expand expratio",
    Role.EXPANDED: "expsize expansionsize exp expchannels expanded hiddendim",
    Role.ACTIVATION: "activation nl nonlinearity activationfunction act activations nonlin transferfunction"
    " nonlinearities activationfn activfunction",
    Role.NORM: "bn batchnorm normalization batchnormalization norm normalize batchnormalisation normalisation",
    Role.SQUEEZE: "se squeezeandexcitation squeezeexcite senet seblock",
    Role.DROPOUT: "dropout dropoutrate drop dropoutprobability dropoutprob",
    Role.POOL: "pool pooling poolsize poolingsize maxpooling maxpool poolwindow poolingwindow maxpoolsize"
    " maxpoolingsize poolingkernel poolinglayer avgpool averagepooling poolingfilter poolingregion",
    Role.POOL_STRIDE: "poolstride poolingstride maxpoolingstride stridepool",
    Role.GROUPS: "groups g cardinality numberofgroups",
    Role.DILATION: "dilation dilationrate rate dilationfactor atrousrate dilations d",
    Role.IGNORED: "params numparams numberofparameters ops flops macs madds multadds memory time parameterscount"
    " nparams nparameters parameternumber mac madd mflops gflops multiplyadds computation computations complexity"
    " runtime latency depth receptivefield rf bn2 regularization initialization init comment comments note notes"
    " numberofweights connections cost bias weightcount parametersm paramsm reps figure ref accuracy"
    " theoreticalreceptivefield trainableparameters totalparameters speed percentage"
    " energy paramnumber parametersk weightdecay learningrate lr numberofparams regularizer numparameters"
    " parametercount weightsbiases mparams totalcontext effectivereceptivefield memorymb trainable",
}
_ENTRIES: dict[str, Role] = {word: role for role, words in _WORDS.items() for word in words.split()}
_SINGLE_WORDS = {word for word in _ENTRIES if len(word) >= 4}
_LIKE = 90.0
_BRANCH = re.compile(
    r"#?\s*(?P<double>double|dbl)?\s*#?\s*(?P<kernel>\d)×\d\s*(?P<reduces>red\w*|reduction|proj\w*|squeeze|,?\s*r\b)?"
    r"(?:\s*\(\w\))?"
)
_POOL_BRANCH = re.compile(r"(?:#\s*)?pool(?:ing)?\s*[+/&-]?\s*proj\w*(?:\s*\(\w\))?|proj\w*")
# Words that may stand around a header's entry without changing it.
_NOISE = frozenset(["of", "the", "number", "num", "no", "conv", "size", "spatial", "total", "per", "each", "and", "in", "on", "for", "layer"])


@functools.lru_cache(maxsize=2048)
def header(text: str) -> Header:
    """The meaning of a header cell; UNKNOWN where the dictionary has nothing like it."""
    normal = normalise(text).lower()
    branch = _branch(normal)
    if branch is not None:
        return Header(Role.BRANCH, text, branch)
    several = _several(normal)
    if several is not None:
        return Header(several, text)
    plain = re.sub(r"[(\[].*?[)\]]", " ", normal) if re.search(r"[(\[]", normal) else normal
    found = _whole(plain, text) or _whole(normal, text)
    if found is None and not any(
        c.isdigit() for c in plain
    ):  # "18-layer", "7×7 conv, stride 2" are no headers
        found = _contained(plain, text)
    return found or Header(Role.UNKNOWN, text)


def _branch(normal: str) -> Branch | None:
    if _POOL_BRANCH.fullmatch(normal):
        return Branch(0)
    match = _BRANCH.fullmatch(normal)
    if match is None or ("#" not in normal and not match["reduces"]):
        return None
    return Branch(int(match["kernel"]), bool(match["reduces"]), bool(match["double"]))


def _several(normal: str) -> Role | None:
    """A header such as "patch size/stride", "Type / Stride", "Filter size / stride, pad"."""
    parts = [p for p in re.split(r"\s*[/,&+]\s*|\s+and\s+", normal) if compact(p)]
    if len(parts) < 2:
        return None
    roles = [_entry(compact(p)) for p in parts]
    if roles[:2] == [Role.KERNEL, Role.STRIDE]:
        return Role.KERNEL_STRIDE
    if roles[0] is Role.LABEL:
        return Role.LABEL
    if roles[0] in (Role.FILTERS, Role.KERNEL) and None not in roles:
        return Role.CONFIG
    return None


def _whole(plain: str, text: str) -> Header | None:
    key = compact(plain)
    role = _entry(key) or _entry(re.sub(r"^(?:of|no|num|number|numberof|the)", "", key))
    if role is Role.LABEL and "#" in plain and key in ("layers", "blocks", "units"):
        role = Role.UNITS if key == "units" else Role.REPEAT
    if role is Role.KERNEL and "#" in plain and key in ("kernels", "kernel", "filter"):
        role = Role.FILTERS
    if key == "params" or (role is Role.CONFIG and "#" in plain):
        role = Role.IGNORED
    return Header(role, text) if role is not None else None


def _entry(key: str) -> Role | None:
    if key in _ENTRIES:
        return _ENTRIES[key]
    if len(key) < 6:
        return None
    best = process.extractOne(key, _SINGLE_WORDS, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return _ENTRIES[best[0]] if best else None


def _contained(plain: str, text: str) -> Header | None:
    """An entry among a header's words: "Large Feature" is filters, of the variant "Large"."""
    words = re.findall(r"[a-z]+", plain)
    if len(words) > 5:
        return None
    for length in range(min(3, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            key = "".join(words[start : start + length])
            role = _ENTRIES.get(key) if len(key) >= 4 or length > 1 else None
            if role is None or (role is Role.LABEL and length == 1 and len(words) > 2):
                continue
            rest = [w for w in words[:start] + words[start + length :] if w not in _NOISE]
            return Header(role, text, rest=" ".join(rest))
    return None
