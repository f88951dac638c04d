using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MnistApi;
using MnistApi.Predict;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Segmentation;
using SkiaSharp;

namespace Stages;

/// <summary>What a request for one 280×280 PNG does, stage by stage, on one thread.</summary>
[Config(typeof(Short))]
[MemoryDiagnoser]
public class StageBenchmarks : IDisposable
{
    private sealed class Short : ManualConfig
    {
        public Short() => AddJob(Job.ShortRun.WithIterationCount(10).WithToolchain(InProcessEmitToolchain.Instance)); // a minute for all
    }

    private readonly byte[] _png = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "three.png"));
    private readonly byte[] _pixels = new byte[4 * 280 * 280];
    private readonly DigitClassifier _classifier = DigitClassifier.Load(Path.Combine(AppContext.BaseDirectory, "models/mnist.onnx"));
    private readonly InkImage _plane;
    private readonly DigitImage _digit;
    private readonly PredictResponse _response;

    public StageBenchmarks()
    {
        _plane = InkImage.Decode(_png);
        _digit = DigitFraming.Frame(_plane)!;
        var prediction = _classifier.Classify(_digit);
        _response = new PredictResponse(
            prediction.IsDigit, null, null, prediction.Digit, prediction.Candidates, prediction.Confidence, prediction.Probabilities,
            _classifier.Card.Version, null);
    }

    /// <summary>The codec alone: no service can do less to the picture.</summary>
    [Benchmark]
    public unsafe SKCodecResult Codec()
    {
        fixed (byte* png = _png, pixels = _pixels)
        {
            using var data = SKData.Create((nint)png, _png.Length);
            using var codec = SKCodec.Create(data);
            return codec.GetPixels(new SKImageInfo(280, 280, SKColorType.Rgba8888, SKAlphaType.Unpremul), (nint)pixels);
        }
    }

    [Benchmark]
    public void Decode() => InkImage.Decode(_png).Dispose();

    [Benchmark]
    public DigitImage? Frame() => DigitFraming.Frame(_plane);

    /// <summary>What tells strokes from dirt and one digit from several; a clean drawing has nothing to take away.</summary>
    [Benchmark]
    public int Segment() => DigitSegmentation.On(_plane).Digits;

    [Benchmark]
    public Prediction Infer() => _classifier.Classify(_digit);

    [Benchmark]
    public byte[] Serialise() => JsonSerializer.SerializeToUtf8Bytes(_response, ApiJson.Default.PredictResponse);

    [GlobalCleanup]
    public void Dispose()
    {
        _classifier.Dispose();
        _plane.Dispose();
        GC.SuppressFinalize(this);
    }
}
