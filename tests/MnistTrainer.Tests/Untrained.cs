using MnistTrainer.Networks;
using MnistTrainer.Recipes;

namespace MnistTrainer.Tests;

/// <summary>The networks of the recipes that ship, with initial weights.</summary>
internal static class Untrained
{
    /// <param name="recipe">Its name.</param>
    /// <param name="seed">Of the weights.</param>
    /// <param name="settings">Of the recipe.</param>
    public static Network Of(string recipe, int seed = 1, params IEnumerable<string> settings) => Network.Create(Recipe.Load(recipe, settings).Layers, seed);
}
