using System.Text;

namespace MnistTrainer.Tests.Datasets.Strokes;

/// <summary>Writes files as UniPen's release has them.</summary>
internal static class UniPenFolder
{
    /// <summary>A file under include, of three strokes, with the columns x and y.</summary>
    public const string Ink = """
        .VERSION 1.0
        .COORD X Y
        .PEN_DOWN
        0 0
        1 10
        2 20
        .PEN_UP
        5 5
        .PEN_DOWN
         10   30
        11 40
        .PEN_UP
        .PEN_DOWN
        20 50
        21 60
        22 70
        23 80
        """;

    public static void Write(string folder, string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text, Encoding.Latin1);
    }

    /// <summary>A file under data/1a that includes the ink and names its strokes.</summary>
    /// <param name="folder">The release's.</param>
    /// <param name="segments">As <c>0 OK "7"</c>.</param>
    /// <param name="ink">The file that it includes.</param>
    /// <param name="path">Of the two files, below data/1a and include.</param>
    public static void Write(string folder, IEnumerable<string> segments, string ink = Ink, string path = "ibm/r1.dat")
    {
        Write(folder, $"include/{path}", ink);
        var lines = segments.Select(segment => $".SEGMENT CHARACTER {segment}\n");
        Write(folder, $"data/1a/{path}", $".VERSION 1.0\n.INCLUDE ibm/no.doc\n.INCLUDE {path}\n{string.Concat(lines)}");
    }
}
