using MnistModel;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>
/// Trained model files whose answers to the very images that a network is shown, changed by augmentation as they are, it learns from besides the labels
/// (distillation: G. Hinton, O. Vinyals and J. Dean, 2015; on the same views: L. Beyer et al., 2022). Dispose it when done.
/// </summary>
public sealed class Teachers : IDisposable
{
    private readonly List<(string Path, DigitClassifier Model)> _teachers = [];

    private Teachers()
    {
    }

    /// <summary>The files and their versions, in order.</summary>
    public IReadOnlyList<TeacherFile> Files => [.. _teachers.Select(teacher => new TeacherFile(teacher.Path, teacher.Model.Card.Version))];

    /// <summary>Loads the files; the caller disposes them.</summary>
    /// <param name="paths">Of model files, one or more.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no model.</exception>
    public static Teachers Load(IEnumerable<string> paths)
    {
        var teachers = new Teachers();
        try
        {
            foreach (var path in paths)
                teachers._teachers.Add((path, DigitClassifier.Load(path)));
            return teachers;
        }
        catch
        {
            teachers.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that a network can learn from them, and be measured on what is held back.</summary>
    /// <param name="recipe">Of the network; one whose share of teachers is 0 asks them nothing.</param>
    /// <param name="validation">Images of MNIST that are held back.</param>
    /// <param name="splitSeed">Draws which.</param>
    /// <exception cref="InvalidDataException">A teacher tells other classes apart, or has learned from what is held back.</exception>
    public void Check(Recipe recipe, int validation, int splitSeed)
    {
        foreach (var (path, model) in recipe.TeacherShare == 0 ? [] : _teachers)
        {
            if (Classes(model) != recipe.Classes)
                throw new InvalidDataException($"'{path}' tells {Classes(model)} classes apart; what is to learn from it has {recipe.Classes}. Set nonDigitShare to 0 for ten classes, and above 0 for eleven.");
            if (validation > 0 && (Of(model, "validationImages"), Of(model, "splitSeed")) != (validation, splitSeed))
            {
                throw new InvalidDataException(
                    $"'{path}' may have learned from images that are held back here: they would no longer measure anything. Train it with --validation {validation} --split-seed {splitSeed}.");
            }
        }
    }

    /// <summary>What one of the teachers answers, as sure or unsure as it was trained to be: its temperature is taken out again.</summary>
    /// <param name="x">float32 (B, 1, 28, 28) in 0 to 1.</param>
    /// <param name="turn">Which: they take turns, so that every image meets all of them in the course of a training, at the cost of one.</param>
    /// <returns>float32 (B, classes); each row sums to 1. The caller disposes it.</returns>
    public Tensor Answer(Tensor x, long turn)
    {
        var model = _teachers[(int)(turn % _teachers.Count)].Model;
        var classes = Classes(model);
        var answers = new float[x.shape[0] * classes];
        foreach (var (image, prediction) in model.Classify(x.data<float>().ToArray()).Index())
            Untemper(prediction, model.Card.Temperature, answers.AsSpan(image * classes, classes));
        return tensor(answers, x.shape[0], classes);
    }

    /// <summary>Frees the models.</summary>
    public void Dispose()
    {
        foreach (var (_, model) in _teachers)
            model.Dispose();
    }

    private static int Classes(DigitClassifier model) => DigitClassifier.Digits + model.OutputNames.Count - 1;

    // a number that the model's card has of its training
    private static int? Of(DigitClassifier model, string name) =>
        model.Card.Training.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : null;

    // softmax(z / T) to the power of T is in proportion to softmax(z); "no digit" stands to the best digit as its own output says, which has no temperature
    private static void Untemper(Prediction prediction, double temperature, Span<float> answer)
    {
        Span<double> share = stackalloc double[answer.Length];
        var whole = 0.0;
        for (var digit = 0; digit < DigitClassifier.Digits; digit++)
            whole += share[digit] = Math.Pow(prediction.Probabilities[digit], temperature);
        if (share.Length > DigitClassifier.Digits)
            whole += share[^1] = share[prediction.Digit] * (1 / Math.Max(prediction.DigitProbability, 1e-6) - 1);
        for (var i = 0; i < answer.Length; i++)
            answer[i] = (float)(share[i] / whole);
    }
}
