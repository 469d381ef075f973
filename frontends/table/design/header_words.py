"""The words that head a table's columns, written without spaces and signs, by the role that they give it."""

from __future__ import annotations

from dlc.frontends.table.design.roles import Role

WORDS: dict[Role, str] = {
    Role.LABEL: """
        typeoflayer slno sno srno serialno nameoflayer kindoflayer layerkind nameoflayers opname
        layerop layer layers layertype layername type types typename name names stage stages group
        groupname block blocks blocktype blockname operator operators operation operations op module
        modules unit component layertypes layerid layerno no nr index id number layernumber kind
        process sequence building buildingblock function layerfunction level section part layernumbers
        convlayer scale step phase
    """,
    Role.CONFIG: """
        configuration configurations config parameters params settings architecture structure details
        description specification specifications hyperparameters hyperparameter parameter
        parametersdimensions layerparameters layerdescription setting layerparams layerconfiguration
        layerdetails detail value values attributes attribute properties specs design network
        layersettings convolution convolutions
    """,
    Role.KERNEL: """
        kernelsizek sizeofkernel sizeoffilter sizeoffilters sizeofkernels kernelfiltersize
        convkernelsize kernel kernels kernelsize filtersize filter ksize patchsize support window
        windowsize fieldsize receptivefieldsize size filterdim filterdimension kernelsizes filtersizes
        kersize kernelshape patch filterdimensions convkernel convolutionkernel kernelwidth
        filterwidth convfiltersize convsize spatialextent
    """,
    Role.STRIDE: """
        stride str strides convstride s st stridesize step convolutionstride subsampling strd
    """,
    Role.PAD: """
        pad padding zeropadding zeropaddingsize paddings pads p paddingsize zeropad
    """,
    Role.FILTERS: """
        numberoffiltersinlayer outf outfeatures chns chn nchns nbfilters nbfilter filtercount
        countoffilters kernelcount noofkernels noofchannels outputch chout nfilter filters channels
        filter nfilters numfilters numfilts numberoffilters outputchannels outchannels channel c out
        featuremaps maps kernelnumber nkernels numkernels numberofkernels featuremap width
        outputchannel nout outputmaps outc cout features feature numberofchannels noffilters nchannels
        outplanes outch outputfilters channelsout filternumber numchannels fmaps numberoffeaturemaps
        noutputs fm outputfeatures numoutput numberofoutputs outputdimension outputdim dim dims
    """,
    Role.FILTER_SHAPE: """
        filtershape filtershapes weightshape weights kernelweights weightsize weightshapes
        convolutionfilter filtersshape
    """,
    Role.CHANNELS_IN: """
        filtdim inchannels inputchannels inputchannel channelsin inc cin inplanes inch chin inputmaps
        inputfeatures inputdim inputdims
    """,
    Role.UNITS: """
        units hiddenunits neurons nodes outputunits numberofunits numberofneurons numunits nunits
        hiddensize outputnodes numneurons
    """,
    Role.INPUT: """
        input inpres inres inputs inputsize inputshape inputdimension inputdimensions spatialinputsize
        resolution insize sizein inputresolution inputs1 inshape inputtensor inputfeaturemap
        layerinput inputsizes inputvolume
    """,
    Role.OUTPUT: """
        tensor heightwidthchannels heightwidthdepth hwc chw whc heightwidth outputimagesize
        outputsizehwc resultsize sizeoutput sizeofoutputs outputtensorsize outputtensorshape layersize
        outputresolutions outputdatasize featuresmapsize imagesize output outres outputs outputsize
        outputshape outputdimension outputdimensions outputvolume spatialoutputsize outsize sizeout
        outputresolution outshape featuremapsize mapsize outputtensor outputdims featuresize
        activationsize outputsizes activationshape spatialsize outputfeaturemap layeroutput tensorsize
        volume datasize outputs1 outputspatialsize featureshape dimension dimensions shape
        spatialresolution featuremapshape featuredimension outputmapsize dataout tensorshape
        outputfeaturemapsize sizeoffeaturemap sizeofoutput
    """,
    Role.REPEAT: """
        rep numrep numreps reps repeattimes numrepeats numrepeat nrepeat repeat repeats n repetition
        repetitions times numlayers nlayers numberoflayers layers l numblocks nblocks numberofblocks
        iterations repeated count
    """,
    Role.EXPANSION: """
        t expansion expansionfactor expansionratio expand expratio
    """,
    Role.EXPANDED: """
        expsize expansionsize exp expchannels expanded hiddendim
    """,
    Role.ACTIVATION: """
        actfn actfunc activationfunc activ afunction activationtype activation nl nonlinearity
        activationfunction act activations nonlin transferfunction nonlinearities activationfn
        activfunction
    """,
    Role.NORM: """
        bn batchnorm normalization batchnormalization norm normalize batchnormalisation normalisation
    """,
    Role.SQUEEZE: """
        seratio sereduction se squeezeandexcitation squeezeexcite senet seblock
    """,
    Role.DROPOUT: """
        dropout dropoutrate drop dropoutprobability dropoutprob
    """,
    Role.POOL: """
        pool pooling poolsize poolingsize maxpooling maxpool poolwindow poolingwindow maxpoolsize
        maxpoolingsize poolingkernel poolinglayer avgpool averagepooling poolingfilter poolingregion
    """,
    Role.POOL_STRIDE: """
        poolstride poolingstride maxpoolingstride stridepool
    """,
    Role.GROUPS: """
        groups g cardinality numberofgroups
    """,
    Role.DILATION: """
        dilation dilationrate rate dilationfactor atrousrate dilations d
    """,
    Role.IN_OUT: """
        inout inputoutput chio channelsinout inoutchannels inputoutputshape inputoutputsize inoutch
        inputoutputchannels inputxoutput io ioch iochannels inputoutputdim inputoutputdimensions
        inputoutputshapes inputoutputdims inputoutputsizes channelsinputoutput inputoutputresolution
    """,
    Role.SOURCE: """
        connectedto from bottom sources sourcelayer sourcelayers inputlayer inputlayers inputfrom prev
        previous previouslayer previouslayers predecessor predecessors parent parents fedby connection
        receivesfrom inputfromlayer inputnode inputnodes connectsto bottoms
    """,
    Role.JOINED: """
        concatenatewith concatwith concatenatedwith skip skipconnection skipconnections skipfrom
        concatenation concat skipinput mergedwith mergewith skiplink concatfrom skiplayer
    """,
    Role.CONTEXT: """
        context layercontext temporalcontext framecontext splice splicing contextframes timecontext
    """,
    Role.PARAMS: """
        param params numparams numberofparameters parameterscount nparams nparameters parameternumber
        trainableparameters totalparameters paramnumber numberofparams numparameters parametercount
        parametersnumber parametersno paramsnumber
    """,
    Role.IGNORED: """
        dimensionorder dimorder axisorder dataformat layout gmacs mmacs remark remarks rfsize
        fieldofview weightssize gops flop mflop gflop ops flops macs madds multadds memory time mac
        madd mflops gflops multiplyadds computation computations complexity runtime latency depth
        receptivefield rf bn2 regularization initialization init comment comments note notes
        numberofweights connections cost bias weightcount parametersm paramsm figure ref accuracy
        theoreticalreceptivefield speed percentage energy parametersk weightdecay learningrate lr
        regularizer weightsbiases mparams totalcontext effectivereceptivefield memorymb trainable
    """,
}
