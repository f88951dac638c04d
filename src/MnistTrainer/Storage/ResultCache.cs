using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistTrainer.Storage;

/// <summary>Results of long work, one file each: what an earlier, killed run has finished is read rather than done again.</summary>
internal static class ResultCache
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Makes a folder for results of the same settings, or opens it to go on.</summary>
    /// <typeparam name="T">All that decides the results beside code and data.</typeparam>
    /// <param name="folder">Path of the folder.</param>
    /// <param name="settings">Kept in the folder as settings.json, with the version of this program.</param>
    /// <param name="dataSha256">Kept, too: SHA-256 of what is learned from, by name; null where it is kept elsewhere.</param>
    /// <exception cref="InvalidDataException">The folder holds results of other settings, code or data.</exception>
    public static void Open<T>(string folder, T settings, IReadOnlyDictionary<string, string>? dataSha256 = null)
    {
        using var held = FolderLock.Wait(folder); // two that begin at once have the same settings, or one is refused
        var own = new Kept<T>(settings, ProgramVersion.Code, dataSha256);
        var kept = Get(folder, "settings", () => own);
        var what = Json(kept.Code) != Json(own.Code) ? $"another version of this program ({kept.Code ?? "an early one"}; this is {own.Code})"
            : Json(kept.DataSha256) != Json(own.DataSha256) ? "other data"
            : Json(kept.Settings) != Json(own.Settings) ? "other settings"
            : null;
        if (what is not null)
            throw new InvalidDataException($"'{folder}' holds results of {what}. Name another folder with --output, or delete it.");

        static string Json<TValue>(TValue value) => JsonSerializer.Serialize(value, Format);
    }

    /// <summary>The settings of the results in a folder; null where it holds none.</summary>
    /// <typeparam name="T">As for <see cref="Open"/>.</typeparam>
    /// <param name="folder">Path of the folder.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static T? Settings<T>(string folder) =>
        File.Exists(Path.Combine(folder, "settings.json")) ? Get<Kept<T>>(folder, "settings", () => throw new UnreachableException()).Settings : default;

    /// <summary>The result from its file, or computed and written.</summary>
    /// <typeparam name="T">Can be written as JSON.</typeparam>
    /// <param name="folder">Path of the folder.</param>
    /// <param name="name">Of the file, without ending.</param>
    /// <param name="compute">Called where there is no file yet.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static T Get<T>(string folder, string name, Func<T> compute)
    {
        var path = Path.Combine(folder, name + ".json");
        if (!File.Exists(path))
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(compute(), Format));

        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Format)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message} Delete it, and the same command computes it again.", e);
        }
    }

    private sealed record Kept<T>(T? Settings, string? Code, IReadOnlyDictionary<string, string>? DataSha256);
}
