using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistTrainer.Training;

/// <summary>Results of long work, one file each: what an earlier, killed run has finished is read rather than done again.</summary>
public static class Resumable
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Makes a folder for results of the same settings, or opens it to go on.</summary>
    /// <typeparam name="T">All that decides the results.</typeparam>
    /// <param name="folder">Path of the folder.</param>
    /// <param name="settings">Kept in the folder as settings.json.</param>
    /// <exception cref="InvalidDataException">The folder holds results of other settings.</exception>
    public static void Open<T>(string folder, T settings)
    {
        var json = JsonSerializer.Serialize(settings, Format);
        if (JsonSerializer.Serialize(Get(folder, "settings", () => settings), Format) != json)
            throw new InvalidDataException($"'{folder}' holds results of other settings. Name another folder with --output, or delete it.");
    }

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
}
