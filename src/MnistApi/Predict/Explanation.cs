using System.Text.Json.Serialization;
using MnistReader;

namespace MnistApi.Predict;

/// <summary>How the answer came about. Every image is a PNG as a <c>data:</c> URL. In a batch there is the step <c>input</c> alone.</summary>
/// <param name="Steps">
/// From picture to network: <c>ink</c>, <c>crop</c>, <c>input</c>; of <c>pixels</c>, which are taken as they are, <c>input</c> alone.
/// </param>
/// <param name="Saliency">What in the picture speaks for the digit that was answered, and against it.</param>
/// <param name="RunnerUp">The same for the second most probable digit, at the same scale: the two tell why it is this one and not that one.</param>
/// <param name="Layers">What the network's convolutions found, first layer first; empty where it has none.</param>
internal sealed record Explanation(
    IReadOnlyList<ExplainedStep> Steps,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExplainedDigit? Saliency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExplainedDigit? RunnerUp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ExplainedLayer>? Layers);

/// <summary>The picture on its way to the network.</summary>
/// <param name="Name"><c>ink</c>: all ink, whatever the colours were; <c>crop</c>: cut to it; <c>input</c>: what the network saw.</param>
/// <param name="Width">Of the image, in pixels: at most 280, larger ones are scaled down; 28 of <c>input</c>.</param>
/// <param name="Height">Of the image, in pixels.</param>
/// <param name="Image">Grey, ink white on black.</param>
internal sealed record ExplainedStep(string Name, int Width, int Height, string Image);

/// <summary>What speaks for a digit and against it.</summary>
/// <param name="Digit">0 to 9.</param>
/// <param name="Image">
/// 28×28, the ink of <c>input</c> coloured on black: orange where the digit would be less probable without that ink, blue where it would be more probable,
/// grey where it makes no difference.
/// </param>
internal sealed record ExplainedDigit(int Digit, string Image);

/// <summary>What one layer of the network found, and where.</summary>
/// <param name="Name"><c>conv1</c>, <c>conv2</c>, …</param>
/// <param name="Channels">Number of maps, one a feature.</param>
/// <param name="Width">Of one map.</param>
/// <param name="Height">Of one map.</param>
/// <param name="Image">
/// The maps in rows of ⌈√<paramref name="Channels"/>⌉, one pixel between two: black where the feature isn't, white where it is strongest in this layer.
/// </param>
internal sealed record ExplainedLayer(string Name, int Channels, int Width, int Height, string Image);

/// <summary>How the answer to one line came about.</summary>
/// <param name="Steps"><c>ink</c>: the ink of the line as the network saw it; none of <c>pixels</c>.</param>
/// <param name="Alternatives">What else the line may say, the most probable first; at most five, none where the digits stand alone and clear.</param>
internal sealed record LineExplanation(IReadOnlyList<ExplainedStep> Steps, IReadOnlyList<NumberAlternative> Alternatives);
