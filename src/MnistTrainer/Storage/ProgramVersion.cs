using System.Reflection;

namespace MnistTrainer.Storage;

/// <summary>Which code ran.</summary>
internal static class ProgramVersion
{
    /// <summary>The version of this program, with the git commit that it was built from.</summary>
    public static string Code { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
