using System.Globalization;
using System.Text.Json;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;

namespace MnistTrainer.Tuning;

/// <summary>
/// A search for the best recipe of a space. It stands in a folder: a folder a trial, with its values, a checkpoint, and a file for each rung that it came to;
/// so any number of processes may work on it, and go on with it.
/// </summary>
/// <param name="folder">Of the search.</param>
/// <param name="space">What may change.</param>
/// <param name="rungs">Epochs after which the best go on, rising.</param>
/// <param name="factor">One of so many goes on.</param>
/// <param name="trials">How many there are to be.</param>
/// <param name="minutes">Of training, over all processes, after which no other begins.</param>
/// <param name="seed">Draws the values of the trials: every place is as likely.</param>
internal sealed class Search(
    string folder, SearchSpace space, IReadOnlyList<int> rungs, int factor, int trials, double minutes, int seed)
{
    private readonly Dictionary<(int Trial, int Rung), TrialResult> _read = [];

    /// <summary>Trains a trial to the end of a rung.</summary>
    /// <param name="recipe">Its recipe, with the epochs of the last rung.</param>
    /// <param name="epochs">Of the rung.</param>
    /// <param name="checkpoint">Where it stands, if it came to a rung before; to be left where it comes to.</param>
    public delegate TrialResult Train(Recipe recipe, int epochs, string checkpoint);

    /// <summary>What may be trained next, the most urgent first; nothing when the search is over.</summary>
    /// <param name="train">Trains.</param>
    /// <param name="share">Of the trials, those with this number modulo <paramref name="shares"/>.</param>
    /// <param name="shares">Among how many machines the trials are divided.</param>
    public IReadOnlyList<WorkPart> Left(Train train, int share = 0, int shares = 1)
    {
        var results = Results();
        if (results.Sum(result => result.Result.Seconds) >= 60 * minutes)
            return [];

        var accuracies = rungs.Select((_, rung) => results.Where(result => result.Rung == rung)
            .ToDictionary(result => result.Trial, result => result.Result.Accuracy)).ToList();
        return [.. SuccessiveHalving.Next(accuracies, trials, factor).Where(next => next.Trial % shares == share).Select(next => new WorkPart(
            FolderOf(next.Trial), NameOf(next.Rung), string.Create(CultureInfo.InvariantCulture, $"trial {next.Trial + 1} to epoch {rungs[next.Rung]}"),
            () => ResultCache.Get(FolderOf(next.Trial), NameOf(next.Rung), () => Run(next.Trial, next.Rung, train))))];
    }

    /// <summary>All results so far, in the order in which they came.</summary>
    public IReadOnlyList<(int Trial, int Rung, TrialResult Result)> Results()
    {
        for (var trial = 0; Directory.Exists(FolderOf(trial)) || trial < trials; trial++)
        {
            for (var rung = 0; rung < rungs.Count; rung++)
            {
                if (!_read.ContainsKey((trial, rung)) && File.Exists(Path.Combine(FolderOf(trial), NameOf(rung) + ".json")))
                    _read[(trial, rung)] = ResultCache.Get<TrialResult>(FolderOf(trial), NameOf(rung), () => throw new InvalidDataException("It is gone."));
            }
        }

        return [.. _read.Select(read => (read.Key.Trial, read.Key.Rung, read.Value)).OrderBy(read => read.Value.Ended)];
    }

    /// <summary>The values of a trial, by setting; chosen when it begins.</summary>
    public IReadOnlyDictionary<string, JsonElement> PlaceOf(int trial) => ResultCache.Get(FolderOf(trial), "trial", () =>
    {
        var random = new Random(unchecked(seed * 1_000_003 + trial)); // the same on every machine
        return space.Settings.ToDictionary(setting => setting.Name, setting => setting.At(random.NextDouble()));
    });

    /// <summary>The values of a trial, from 0 to 1, in the space's order.</summary>
    public double[] PlacesOf(int trial)
    {
        var place = PlaceOf(trial);
        return [.. space.Settings.Select(setting => setting.PlaceOf(place[setting.Name]))];
    }

    /// <summary>The recipe of a trial, with the epochs of the last rung.</summary>
    public Recipe RecipeOf(int trial) => space.At(PlaceOf(trial)) with { Epochs = rungs[^1] };

    private TrialResult Run(int trial, int rung, Train train)
    {
        var checkpoint = Path.Combine(FolderOf(trial), "checkpoint.zip");
        var result = train(RecipeOf(trial), rungs[rung], checkpoint);
        if (rung == rungs.Count - 1)
            File.Delete(checkpoint);
        return result;
    }

    private string FolderOf(int trial) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"trial-{trial + 1:D3}"));

    private string NameOf(int rung) => string.Create(CultureInfo.InvariantCulture, $"epochs-{rungs[rung]}");
}

/// <summary>How a trial does at a rung.</summary>
/// <param name="Accuracy">On the validation images, 0 to 1; 0 where training diverged.</param>
/// <param name="Seconds">Of training, and validation, since the rung before.</param>
/// <param name="Ended">When.</param>
/// <param name="MultiplyAdds">Of the network, for an image.</param>
/// <param name="Microseconds">Median time of an answer, of the exported file; null before the last rung.</param>
internal sealed record TrialResult(double Accuracy, double Seconds, DateTimeOffset Ended, long MultiplyAdds, double? Microseconds);

/// <summary>What is known of a place.</summary>
/// <param name="Places">Of each setting, from 0 to 1.</param>
/// <param name="Accuracy">There.</param>
internal sealed record Observation(double[] Places, double Accuracy);
