using System.IO.Compression;
using System.Text.Json;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;

namespace MnistTrainer.Training;

/// <summary>
/// All that training has come to after an epoch: weights, their moving average, the best epoch's, the update rule's memory, the history. There is no
/// generator among it, as each epoch seeds its own (<see cref="Trainer"/>); so a state that was saved and loaded goes on bit for bit as if it never stopped.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly List<EpochResult> _history = [];
    private Network? _best;

    /// <summary>The state before the first epoch.</summary>
    /// <param name="recipe">The network and how to train it.</param>
    /// <param name="seed">Draws the initial weights, and in each epoch the order of the images and their augmentation.</param>
    public TrainingState(Recipe recipe, int seed)
    {
        (Recipe, Seed) = (recipe, seed);
        Network = Networks.Network.Create(recipe.Layers, seed);
        Average = recipe.WeightAverage > 0 ? Networks.Network.Create(recipe.Layers, seed) : Network;
        UpdateRule = new UpdateRule(recipe, Network.parameters());
    }

    /// <summary>The network and how to train it.</summary>
    public Recipe Recipe { get; }

    /// <summary>Draws everything that is random.</summary>
    public int Seed { get; }

    /// <summary>SHA-256 of what is learned from, by name, and what of it is held back: kept in the checkpoint; null where it isn't known.</summary>
    public IReadOnlyDictionary<string, string>? DataSha256 { get; init; }

    /// <summary>The network that takes the steps.</summary>
    public Network Network { get; }

    /// <summary>The moving average of its weights; the network itself where the recipe keeps none.</summary>
    public Network Average { get; }

    /// <summary>What moves its weights, with its memory of earlier gradients.</summary>
    public UpdateRule UpdateRule { get; }

    /// <summary>One entry an epoch.</summary>
    public IReadOnlyList<EpochResult> History => _history;

    /// <summary>The network to use: the best epoch's with early stopping, else the average. It belongs to the state.</summary>
    public Network Result => _best ?? Average;

    /// <summary>The epoch whose weights <see cref="Result"/> has; after the first.</summary>
    public EpochResult ResultEpoch => _history[(_best is null ? _history.Count : BestEpoch) - 1];

    /// <summary>Whether there is nothing left to train: all epochs are done, or early stopping has lost patience.</summary>
    public bool IsComplete => _history.Count >= Recipe.Epochs || (Recipe.Patience > 0 && _history.Count - BestEpoch >= Recipe.Patience);

    /// <summary>The epoch of the lowest validation loss, from 1; 0 before the first and without validation.</summary>
    private int BestEpoch => _history.Where(epoch => !double.IsNaN(epoch.ValidationLoss)).MinBy(epoch => epoch.ValidationLoss)?.Epoch ?? _history.Count;

    /// <summary>Takes over trained weights before the first epoch.</summary>
    /// <param name="weights">The same network.</param>
    public void StartFrom(Network weights)
    {
        Network.load_state_dict(weights.state_dict());
        if (Average != Network)
            Average.load_state_dict(weights.state_dict());
    }

    /// <summary>Enters a finished epoch and keeps its weights where they are the best so far.</summary>
    /// <param name="epoch">How it went.</param>
    public void Add(EpochResult epoch)
    {
        _history.Add(epoch);
        if (Recipe.Patience == 0 || BestEpoch != epoch.Epoch)
            return;

        _best ??= Networks.Network.Create(Recipe.Layers, Seed);
        _best.load_state_dict(Average.state_dict());
    }

    /// <summary>Writes a checkpoint, whole or not at all.</summary>
    /// <param name="path">The target; an older checkpoint is replaced.</param>
    public void Save(string path) => AtomicFile.Write(path, temporary =>
    {
        using var file = ZipFile.Open(temporary, ZipArchiveMode.Create);
        Write(FingerprintName, stream => JsonSerializer.Serialize(stream, new Fingerprint(Recipe, Seed, DataSha256), Recipe.Format));
        Write("history.json", stream => JsonSerializer.Serialize(stream, _history, Format));
        Write("network", stream => Network.save(stream));
        if (Average != Network)
            Write("average", stream => Average.save(stream));
        if (_best is not null)
            Write("best", stream => _best.save(stream));
        Write(MemoryName, stream =>
        {
            using var writer = new BinaryWriter(stream);
            UpdateRule.Save(writer);
        });

        void Write(string name, Action<Stream> write)
        {
            using var content = new MemoryStream(); // torch seeks, and an archive's entries can't
            write(content);
            using var entry = file.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content.ToArray());
        }
    });

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <param name="recipe">The recipe that it was trained with.</param>
    /// <param name="seed">The seed that it was trained with.</param>
    /// <param name="dataSha256">What it was trained with; null to take what the checkpoint says.</param>
    /// <returns>The state; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The file isn't a checkpoint of this recipe, seed and data; the message says of which.</exception>
    public static TrainingState Load(string path, Recipe recipe, int seed, IReadOnlyDictionary<string, string>? dataSha256 = null)
    {
        using var file = Open(path);
        var kept = ReadFingerprint();
        if (kept is not null && Difference(kept, new Fingerprint(recipe, seed, dataSha256)) is { } difference)
            throw new InvalidDataException($"'{path}' is of another run: {difference}. Put back the run.json that it was made with, or begin a new run.");

        var state = new TrainingState(recipe, seed) { DataSha256 = dataSha256 ?? kept?.DataSha256 };
        try
        {
            state._history.AddRange(JsonSerializer.Deserialize<List<EpochResult>>(Read("history.json")!, Format)!);
            state.Network.load(Read("network")!);
            if (state.Average != state.Network)
                state.Average.load(Read("average")!);
            if (Read("best") is { } best)
                (state._best = Networks.Network.Create(recipe.Layers, seed)).load(best);
            using var memory = new BinaryReader(Read(MemoryName)
                ?? throw new InvalidDataException("an earlier version of the trainer wrote it. Begin a new run."));
            state.UpdateRule.Load(memory);
            return state;
        }
        catch (Exception e) when (e is not IOException)
        {
            state.Dispose();
            throw NoCheckpoint(path, e);
        }

        Fingerprint? ReadFingerprint()
        {
            try
            {
                return Read(FingerprintName) is { } json ? JsonSerializer.Deserialize<Fingerprint>(json, Recipe.Format) : null; // earlier versions kept none
            }
            catch (JsonException e)
            {
                throw NoCheckpoint(path, e);
            }
        }

        MemoryStream? Read(string name)
        {
            if (file.GetEntry(name) is not { } entry)
                return null;

            using var content = entry.Open();
            var copy = new MemoryStream();
            content.CopyTo(copy);
            copy.Position = 0;
            return copy;
        }
    }

    private static ZipArchive Open(string path)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (InvalidDataException e)
        {
            throw NoCheckpoint(path, e);
        }
    }

    private static InvalidDataException NoCheckpoint(string path, Exception why) => new($"'{path}' is no checkpoint of this recipe: {why.Message}", why);

    /// <summary>What two runs differ in; null for nothing.</summary>
    private static string? Difference(Fingerprint kept, Fingerprint own)
    {
        if (kept.Recipe != own.Recipe)
            return "its recipe differs";
        if (kept.Seed != own.Seed)
            return $"its seed is {kept.Seed}, this run's is {own.Seed}";
        if (kept.DataSha256 is not { } before || own.DataSha256 is not { } now)
            return null;
        return before.Keys.Union(now.Keys).FirstOrDefault(name => before.GetValueOrDefault(name) != now.GetValueOrDefault(name)) is { } other
            ? $"it learned from other data ({other})"
            : null;
    }

    /// <summary>Frees the weights, those of <see cref="Result"/> among them.</summary>
    public void Dispose()
    {
        UpdateRule.Dispose();
        _best?.Dispose();
        if (Average != Network)
            Average.Dispose();
        Network.Dispose();
    }

    private const string FingerprintName = "fingerprint.json", MemoryName = "memory";

    /// <summary>What a checkpoint belongs to.</summary>
    private sealed record Fingerprint(Recipe Recipe, int Seed, IReadOnlyDictionary<string, string>? DataSha256);

    private static readonly JsonSerializerOptions Format = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}
