using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MnistReader.Inference;

/// <summary>
/// Keeps ONNX Runtime from calling home: from version 1.29 on, its official Linux builds report sessions and models to their maker unless they are told not to.
/// </summary>
internal static partial class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Call it before anything else of ONNX Runtime. What is off stays off for the whole process.</summary>
    public static void Disable()
    {
        // the library reads the C environment when it starts, which .NET's own copy of the environment doesn't reach
        if (OperatingSystem.IsWindows())
            Environment.SetEnvironmentVariable(Variable, "1");
        else
            _ = SetEnvironmentVariable(Variable, "1", overwrite: 1);
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
