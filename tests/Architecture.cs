using System.Reflection;
using NetArchTest.Rules;
using Xunit;

/// <summary>Holds the folders of a program to their order.</summary>
internal static class Architecture
{
    /// <summary>The layer of the files beside the project file.</summary>
    public const string Root = "";

    /// <summary>Asserts that no layer uses a later one, and that each type stands in a layer. Constants go unseen: the compiler copies them.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="layers">Folders, each with all below it, from the one that uses no other to the one that may use all.</param>
    public static void AssertOrder(Assembly assembly, params string[] layers)
    {
        var types = assembly.GetTypes().Where(type => !type.IsNested && FolderOf(type) is not null)
            .ToLookup(type => Array.FindIndex(layers, layer => Holds(layer, FolderOf(type)!)));
        var faults = types[-1].Select(type => $"{type.FullName} stands in none of the layers.").ToList();
        for (var i = 0; i < layers.Length; i++)
        {
            string[] later = [.. types.Where(others => others.Key > i).SelectMany(others => others).Select(type => type.FullName!)];
            faults.AddRange(Types.InAssembly(assembly).That().HaveDependencyOnAny(later).GetTypes()
                .Where(user => types[i].Contains(OutermostOf(user.ReflectionType)))
                .Select(user => $"{user.FullName} uses a layer after {layers[i]}. {user.Explanation}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    // null for what the compiler adds
    private static string? FolderOf(Type type)
    {
        var root = type.Assembly.GetName().Name!;
        if (type.Namespace == root || type is { Namespace: null, Name: "Program" })
            return Root;
        return type.Namespace?.StartsWith(root + '.', StringComparison.Ordinal) == true ? type.Namespace[(root.Length + 1)..] : null;
    }

    private static bool Holds(string layer, string folder) => folder == layer || (layer != Root && folder.StartsWith(layer + '.', StringComparison.Ordinal));

    private static Type OutermostOf(Type type) => type.DeclaringType is { } outer ? OutermostOf(outer) : type;
}
