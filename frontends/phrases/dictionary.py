"""The words of layer phrases, written without spaces and signs (`normal.compact`), by what they mean."""

from __future__ import annotations

# Families of operations.
OPERATIONS: dict[str, str] = {
    "conv": """
        conv stcnn cnn3d stconv convolution convolutional convolutions convs convlayer
        convolutionlayer convolutionallayer cnn convolve spatialconv spatialconvolution conv2d conv1d
        conv3d convolution2d convolution1d convolution3d tdnn tdnnlayer standardconv regularconv
        normalconv vanillaconv temporalconv temporalconvolution plainconv groupconv groupedconv
        groupconvolution groupedconvolution gconv dilatedconv dilatedconvolution atrousconv
        atrousconvolution convd dconv2d causalconv causalconvolution cconv stridedconv
        stridedconvolution stdconv nnconv2d nnconv1d
    """,
    "pwconv": "pointwise pointwiseconv pointwiseconvolution pwconv convpw pwconvolution",
    "dwconv": """
        depthwiseconv depthwiseconvolution depthwiseconv2d dwconv dwise convdw depthwise dwconv2d
        dwconvolution dconv dwisconv channelwiseconv channelwiseconvolution depthconv
    """,
    "sepconv": """
        separableconv separableconvolution sepconv depthwiseseparableconv
        depthwiseseparableconvolution separableconv2d dwsep dsconv depthseparableconv depthsepconv dsc
    """,
    "deconv": """
        deconv fullconv spatialfullconv conv1dtranspose conv3dtranspose deconvolution deconvolutional
        deconv2d transposedconv transposedconvolution transposeconv convtranspose convtranspose2d
        conv2dtranspose transposeconvolution convtransposed upconv upconvolution upconv2d
        fractionallystridedconv fractionallystridedconvolution fractionalconv fullconvolution
        fractionalstridedconv fsconv tconv convt conv2dt convolutiontranspose unconv inverseconv fconv
        transposedconv2d backwardconv convtrans tranconv
    """,
    "maxpool": """
        maxpool mpool maxpooling maxpool2d maxpooling2d maxpool1d maxpooling1d maxpool3d maxpooling3d
        maxp mp maxpoollayer maxpoolinglayer maximumpooling maxpooled spatialmaxpooling maxsubsampling
        temporalmaxpooling
    """,
    "avgpool": """
        avgpool averagepool averagepooling avgpooling averagepooling2d avgpool2d meanpool meanpooling
        avepool avepooling averagepoolinglayer avp averagepool2d avgpool1d averagepooling1d avgpool3d
        averagepooling3d averagesubsampling
    """,
    "pool": """
        pool pooling poolinglayer poollayer subsampling subsample subsamplinglayer downsamplingpool
        l2pool l2pooling mixedpool mixpool
    """,
    "gavgpool": """
        globalaveragepool globalaveragepooling globalavgpool globalavgpooling gap
        globalaveragepooling2d avgpoolglobal averagepoolglobal globalavepool globalmeanpool
        globalmeanpooling globalavepooling globalaverage averagepoolingglobal avgpoolingglobal
        adaptiveavgpool adaptiveaveragepooling adaptiveavgpool2d globalspatialpooling globalavg
    """,
    "gmaxpool": """
        globalmaxpool globalmaxpooling maxpoolglobal gmp globalmaxpooling2d maxovertimepooling
        maxovertime maxpoolovertime maxpoolingovertime adaptivemaxpool temporalglobalmaxpooling
        globalmax
    """,
    "gpool": "globalpool globalpooling poolglobal gpool",
    "fc": """
        fc dense fullyconnected fullconnected fullyconnectedlayer full innerproduct fullyconnect
        fclayer denselayerfc fullconnection fullyconnection affine fullconnect projection
        linearprojection fullyconnecte fullyconn ip fcn linearlayer denseconnected mlplayer
        classifierlayer perceptron fullconn fulllyconnected fcon nnlinear connected connectedlayer
    """,
    "linear": "linear lin",
    "embed": """
        embed embedding embeddings wordembedding embeddinglayer wordembeddings characterembedding
        charembedding characterembeddings lookup lookuptable lookuptablelayer wordvectors
        tokenembedding embeddinglookup
    """,
    "lstm": "lstm lstmlayer longshorttermmemory lstmcell",
    "bilstm": "bilstm blstm bidirectionallstm bdlstm",
    "gru": "gru gatedrecurrentunit grulayer grucell",
    "bigru": "bigru bgru bidirectionalgru",
    "rnn": "rnn simplernn recurrent recurrentlayer vanillarnn elman recurrentneuralnetwork",
    "birnn": "birnn brnn bidirectionalrnn bidirectionalrecurrent",
    "attention": """
        attention selfattention multiheadattention multiheadselfattention msa mhsa mha multiheadattn
        selfattn scaleddotproductattention
    """,
    "relu": """
        relu rectifiedlinear rectifiedlinearunit rectifiedlinearunits rectifier reluactivation
        relulayer relus rectified rectifiednonlinearity
    """,
    "relu6": "relu6",
    "leaky_relu": """
        leakyrelu lrelu leakyrectified leakyrectifiedlinear leaky leakyrelus lreluactivation
        leakyrelulayer leakyreluactivation
    """,
    "prelu": "prelu parametricrelu parametricrectifiedlinearunit",
    "elu": "elu exponentiallinearunit",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "silu swish",
    "hard_silu": "hardswish hswish hs hardsilu",
    "sigmoid": "sigmoid logistic sigmoidactivation logsig sigm",
    "hard_sigmoid": "hardsigmoid hsigmoid",
    "tanh": "tanh hyperbolictangent tanhactivation hypertan",
    "scaled_tanh": "scaledtanh",
    "softplus": "softplus",
    "softsign": "softsign",
    "softmax": """
        softmax softmaxlayer softmaxclassifier softmaxclassification softmaxactivation softmaxoutput
        softmaxloss softmaxregression logsoftmax softmaxwithloss
    """,
    "batchnorm": """
        bn batchnorm batchnormalization batchnormalisation batchnormalize batchnorm2d
        batchnormalizationlayer batchnormalized batchnormlayer spatialbatchnormalization batchnorms
    """,
    "layernorm": "layernorm layernormalization ln layernormalisation",
    "groupnorm": "groupnorm groupnormalization gn",
    "instancenorm": "instancenorm instancenormalization in instancenorm2d instancenormalisation",
    "lrn": """
        lrn localresponsenormalization localresponsenorm localresponsenormalisation rnorm localnorm
        responsenormalization responsenorm localcontrastnormalization lcn contrastnormalization
        crossmaplrn norm normalization normalisation normlayer localnormalization localrespnorm
    """,
    "dropout": "dropout dropoutlayer drop alphadropout dropoutregularization",
    "spatial_dropout2d": """
        spatialdropout1d spatialdropout3d dropout1d dropout3d spatialdropout dropout2d
        spatialdropout2d
    """,
    "gaussian_noise": "gaussiannoise noiselayer",
    "flatten": "flatten flattenlayer flattening flat vectorize unroll",
    "reshape": "reshape reshapelayer unflatten",
    "permute": "permute transpose",
    "zeropad": "zeropadding zeropadding2d zeropad zeropaddinglayer",
    "crop": "crop cropping cropping2d centercrop",
    "upsample": """
        upsample upsampling upsampling2d upsamplinglayer unpool unpooling bilinearupsampling upscale
        upsampled nearestneighborupsampling nearestupsample bilinearupsample interpolate maxunpooling
        maxunpool resizing bilinearinterpolation interpolation nninterp
    """,
    "concat": """
        concat concatenate concatenation depthconcat filterconcat merge concatlayer concatenated
        filterconcatenation depthconcatenation joined concatenates catenate concatenating route
        concatinate
    """,
    "add": """
        add addition eltwise elementwiseadd elementwisesum eltwisesum sum elementwiseaddition
        eltwiseadd plus residualadd shortcutadd residualaddition elementwiseaddlayer shortcut
        skipconnection addlayer residualconnection
    """,
    "multiply": """
        multiply multiplication elementwiseproduct hadamard elementwisemultiply
        elementwisemultiplication eltwiseprod scale scaling
    """,
    "average": "averagemerge elementwiseaverage",
    "maximum": "elementwisemax eltwisemax",
    "input": """
        input rawclip videoclip clip rawwaveform waveform rawaudio spectrogram melspectrogram mfcc
        pointcloud inputs inputimage inputimages image images inputlayer inputdata rawimage data
        datalayer imagedata inputpatch inputvolume inputtext inputsequence inputs1 rawinput
        inputframes inputvideo inputsize inputframe inputfeature inputfeatures latentvector latentcode
        noisevector latent randomvector randomnoise inputnoise noiseinput inputnoisevector inputvector
    """,
    "output": """
        output outputs outputlayer prob probability probabilities loss prediction predictions score
        scores
    """,
    "identity": "identity id passthrough linearactivation",
}

# Words that change an operation.
QUALIFIERS: dict[str, str] = {
    "depthwise": "dw depthwise dwise",
    "separable": "separable sep",
    "pointwise": "pw pointwise",
    "transposed": "transposed fractionallystrided deconvolutional",
    "bidirectional": "bidirectional bidir bi",
    "global": "global adaptive",
    "max": "max maximum",
    "average": "averaging avg average mean ave",
    "1d": "1d onedimensional temporal",
    "2d": "2d twodimensional",
    "3d": "3d threedimensional spatiotemporal",
    "same": "same samepadding padsame",
    "valid": "valid nopadding nopad validpadding unpadded withoutpadding",
    "ceil": "ceil ceilmode",
    "sequence": "returnsequences seq sequences",
    "rgb": "rgb color colour 3channel 3channels",
    "gray": "gray grey grayscale greyscale monochrome binary",
    "reduce": "reduce reduction",
    "nearest": "nearest nearestneighbor nearestneighbour nn",
    "bilinear": "bilinear",
}

# Words that take a value after them: "stride 2", "kernel: 3×3".
KEYS: dict[str, str] = {
    "kernel": """
        kernel kernels kernelsize filtersize filter window windowsize receptivefield patch patchsize
        ksize size support fieldsize convolutionkernel kernelshape filtershape poolsize poolingsize
        windows region regionsize winsz windowsz winsize win
    """,
    "stride": "stride strides st stridesize step steps strided stide subsamplingfactor stridex",
    "stride_h": "strideh",
    "stride_w": "stridew",
    "padding": "pad padding zeropadding pads padded zeropad padsize",
    "padding_h": "padh",
    "padding_w": "padw",
    "dilation": """
        dilation dila dilate dilationrate dilated atrousrate dilations dilationfactor holes atrous
    """,
    "rate": "rate probability prob droprate dropoutrate dropoutprobability ratio dropprob prate",
    "keep": "keep keepprob keepprobability keeprate keepratio",
    "slope": "slope alpha negativeslope leak",
    "filters": """
        numfilters nfilters numfilt numchannels outchannels outputchannels outchannel numoutput
        numkernels nkernels noutputs filternumber numberoffilters numfilts outputmaps cout
    """,
    "in": "inchannels inputchannels infeatures",
    "vocab": "vocabulary vocab vocabularysize vocabsize dictionary",
    "momentum": "momentum",
    "eps": "eps epsilon",
    "expansion": "expansion expand expansionfactor expansionratio exp",
    "repeat": "repeat repeats repeated",
    "mode": "mode",
    "activation": "activation act nonlinearity nonlin",
    "bias": "bias",
}

# Words for what numbers count: "64 filters", "4096-d", "#units:256".
COUNTED: dict[str, str] = {
    "width": """
        filters channels channel featuremaps featuremap maps map features feature ch outputfeatures
        fmaps fms chan hiddenunits hiddenunit hidden units unit neurons neuron nodes node hiddennodes
        hiddenneurons outputs cells memorycells d dim dims dimensional dimension dimensions hiddensize
        hiddenstates kernelmaps nunits outputunits outputneurons numunits outputnodes planes
        hiddenlayersize cell filterkernels fltrs filts
    """,
    "classes": "classes class way ways categories labels",
    "heads": "heads head numheads nheads",
    "groups": "groups group cardinality card paths numgroups",
    "vocab": "words tokens vocabularywords characters",
    "times": "times layers blocks",
    "pixels": "pixels px pixel",
}

# Words that may be left out without loss.
FILLERS = """
    a after all an and applied are as at before by current each followed for from in is its layer layers new no
    non of on op operation over per same spatial standard the then to two type use used using via we
    with
"""

# Words that name blocks of layers which a paper defines elsewhere.
BLOCKS = """
    inception bottleneck mbconv bneck fire firemodule denseblock residualblock resblock basicblock
    invertedresidual invertedbottleneck stem stemblock stage shuffleunit shufflenetunit shuffleblock
    seblock squeezeexcitation squeezeexcite se transition transitionlayer transitionblock residualunit
    resunit identityblock denselayer ghostbottleneck gbneck convblock smallbasicblock mfm maxout aspp
    spp spatialpyramidpooling pyramidpooling psp dualpath dpn fusedmbconv sepblock xception reduction
    normalcell reductioncell cell spatialtransformer stn capsule primarycaps digitcaps roipool
    roipooling roialign reorg patchmerging patchembed patchembedding transformerblock transformer
    encoderlayer decoderlayer encoder decoder transformerencoder transformerdecoder
    maptosequence transcription ctc statisticspooling
    statspooling l2normalization l2norm l2normalize highway pixelshuffle depthtospace spacetodepth
    channelshuffle minibatchdiscrimination dsresblock nonlocal minibatchstddev svm rbf
    gaussianconnections cbam resnextblock wideresblock coordconv maskedconv repvggblock hdc rfb c3 csp
    sppf focus downsampling downsample downsampler upsampler feedforward feedforwardnetwork ffn
    globalsumpooling sumpooling sumpool globalsumpool subpixel subpixelconv elan anchorboxes priorbox
    detection regionproposal rpn glu gatedlinearunit dartscell mixedop metaformer
"""
