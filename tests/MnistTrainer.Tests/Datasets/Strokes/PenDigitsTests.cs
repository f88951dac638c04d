using System.IO.Compression;
using System.Numerics;
using System.Text;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using Xunit;

namespace MnistTrainer.Tests.Datasets.Strokes;

public class PenDigitsTests
{
    private const string Two = "2\t2_1_5\ttra\t267,333 264,342;100,0";

    private const string Training = "pendigits-orig.tra.Z", Test = "pendigits-orig.tes.Z";

    private static readonly Lazy<byte[]> TestPacked = new(() => UciArchive.Pack(UciArchive.Write(RealStrokes.Digits.Take(3_498))));

    private static readonly Lazy<byte[]> RealPacked = new(() => UciArchive.Pack(UciArchive.Write(RealStrokes.Digits)));

    [Fact]
    public void A_line_is_a_digit_with_its_writer_and_its_strokes_y_down()
    {
        var digit = Assert.Single(StrokeLines.Parse(Two, "here")["tra"]);

        Assert.Equal((2, "1", "1"), (digit.Label, digit.Writer, digit.Site));
        Assert.Equal([[new(267, -333), new(264, -342)], [new(100, 0)]], digit.Strokes);
    }

    [Theory]
    [InlineData("2\t2_1_5\ttra")]
    [InlineData("2\t2_1_5\ttra\t")]
    [InlineData("2\t2_1_5\ttra\t267,333;")]
    [InlineData("2\t2_1_5\ttra\t267")]
    [InlineData("2\t2_1_5\ttra\t267,333 NaN,1")]
    [InlineData("2\t2_one_5\ttra\t267,333")]
    [InlineData("2\t2\ttra\t267,333")]
    [InlineData("2\t2_1_5\ttrain\t267,333")]
    [InlineData("two\t2_1_5\ttra\t267,333")]
    [InlineData("10\t2_1_5\ttra\t267,333")]
    [InlineData("-1\t2_1_5\ttra\t267,333")]
    public void A_broken_line_is_named(string broken)
    {
        var fault = Assert.Throws<InvalidDataException>(() => StrokeLines.Parse($"{Two}\r\n\r\n{broken}\n{Two}\n", "here"));

        Assert.Equal("'here', line 3: expected a sign, sign_writer_sample, tra, tes or uni, and strokes, separated by tabs.", fault.Message);
    }

    [Fact]
    public void Each_part_has_its_own_lines()
    {
        var parts = StrokeLines.Parse($"{Two}\n7\t7_6_2\ttes\t1,2\n3\t3_1_9\ttra\t4,5\nA\tA_ibm-r_0304_7\tuni\t4,5", "here");

        Assert.Equal(["2", "3"], parts["tra"].Select(sign => sign.Text));
        Assert.Equal(["7"], parts["tes"].Select(sign => sign.Text));
        var letter = Assert.Single(parts["uni"]);
        Assert.Equal(("A", "ibm-r_0304", "ibm", DigitSet.NonDigit), (letter.Text, letter.Writer, letter.Site, letter.Label));
    }

    [Fact]
    public void Unipen_gives_the_same_digits()
    {
        var digits = StrokeLines.Parse($"{Two}\n7\t7_30_12\ttra\t1,500 250,499", "here")["tra"];

        var read = PenDigits.ParseUnipen("""
            .VERSION 1.0
            .INCLUDE ./pendigits.doc
            .LEXICON "0" "1" "2" "3" "4"
            .HIERARCHY DIGIT

            .SEGMENT DIGIT 0-1 ? "2"
            .COMMENT 2 1 5
            .PEN_DOWN
              267   333
              264   342
            .PEN_UP
            .DT 100
            .PEN_DOWN
              100   0
            .PEN_UP
            .DT 100
            .SEGMENT DIGIT 2-2 ? "7"
            .COMMENT  7  30  12
            .PEN_DOWN
            1 500
            250 499
            .PEN_UP
            """, "here");

        Assert.Equal(digits.Select(digit => (digit.Label, digit.Writer)), read.Select(digit => (digit.Label, digit.Writer)));
        Assert.Equal(digits.Select(digit => digit.Strokes), read.Select(digit => digit.Strokes));
    }

    [Theory]
    [InlineData("\"7\"", "?")]
    [InlineData(".COMMENT 7 30 1", "")]
    [InlineData(".PEN_UP", "")]
    [InlineData("1\t500", "")]
    [InlineData("1\t500", "1\tfive")]
    public void A_broken_segment_is_named(string part, string broken)
    {
        var text = UciArchive.Write([new("2", "1", "1", [[new(267, -333)]]), new("7", "30", "30", [[new(1, -500)]])]);
        var at = text.LastIndexOf(part, StringComparison.Ordinal);

        var fault = Assert.Throws<InvalidDataException>(() => PenDigits.ParseUnipen(text.Remove(at, part.Length).Insert(at, broken), "here"));

        Assert.Equal("'here', segment 2: expected a label in quotation marks, '.COMMENT digit writer sample', and points between .PEN_DOWN and .PEN_UP.",
            fault.Message);
    }

    [Fact]
    public void The_hash_changes_with_every_label_writer_point_and_lift_of_the_pen()
    {
        var lines = new[] { Two, "3\t2_1_5\ttra\t267,333 264,342;100,0", "2\t2_2_5\ttra\t267,333 264,342;100,0", "2\t2_1_5\ttra\t267,333 264,342;100,1",
            "2\t2_1_5\ttra\t267,333;264,342 100,0" };

        Assert.Equal(lines.Length, lines.Select(line => StrokeSet.Hash(StrokeLines.Parse(line, "here")["tra"])).Distinct().Count());
    }

    [Fact]
    public void Uci_has_7494_digits_of_30_writers()
    {
        var digits = PenDigits.Load(RealStrokes.Folder);

        Assert.Equal(7_494, digits.Count);
        Assert.Equal(30, digits.Select(digit => digit.Writer).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 10), digits.Select(digit => (int)digit.Label).Distinct().Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_archives_file_loads_as_it_is_and_packed(bool packed)
    {
        var real = RealStrokes.Digits;
        using var folder = new TemporaryFolder();
        folder.File(packed ? "pendigits-orig.tra.Z" : "pendigits-orig.tra", packed ? RealPacked.Value : Encoding.ASCII.GetBytes(UciArchive.Write(real)));

        Assert.Equal(real.Count, PenDigits.Load(folder.Path).Count); // of the same SHA-256
    }

    [Theory]
    [InlineData("strokes.txt")]
    [InlineData("pendigits-orig.tes")]
    [InlineData("pendigits-orig.tes.Z")]
    public void The_test_part_is_read_beside_the_training_part_or_alone(string name)
    {
        using var folder = new TemporaryFolder();
        var unipen = UciArchive.Write([new("7", "6", "6", [[new(1, -500)]])]);
        folder.File(name, name.EndsWith(".Z", StringComparison.Ordinal) ? UciArchive.Pack(unipen) : Encoding.ASCII.GetBytes(name == "strokes.txt" ? "7\t7_6_0\ttes\t1,500" : unipen));

        Assert.Empty(PenDigits.LoadParts(folder.Path).Training);
        Assert.Throws<FileNotFoundException>(() => PenDigits.Load(folder.Path));
        AssertTest();
        folder.File("pendigits-orig.tra.Z", RealPacked.Value);
        Assert.Equal(7_494, PenDigits.Load(folder.Path).Count);
        AssertTest();

        void AssertTest()
        {
            var digit = Assert.Single(PenDigits.LoadParts(folder.Path).Test);
            Assert.Equal((7, "6"), (digit.Label, digit.Writer));
        }
    }

    [Theory]
    [InlineData("strokes.txt")]
    [InlineData("pendigits-orig.tra")]
    public void A_file_without_digits_is_told_with_what_to_do(string name)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(name, []);

        var fault = Assert.Throws<InvalidDataException>(() => PenDigits.Load(folder.Path));

        Assert.Equal($"'{file}' holds no {(name == "strokes.txt" ? "signs" : "digits")}. Delete the file and run 'MnistTrainer download --strokes \"{folder.Path}\"'.", fault.Message);
    }

    [Fact]
    public void A_damaged_test_part_keeps_nobody_from_training()
    {
        using var folder = new TemporaryFolder();
        folder.File("pendigits-orig.tra.Z", RealPacked.Value);
        folder.File("pendigits-orig.tes.Z", [1, 2, 3]);

        Assert.Equal(7_494, PenDigits.Load(folder.Path).Count);
        Assert.Throws<InvalidDataException>(() => PenDigits.LoadParts(folder.Path));
    }

    [Fact]
    public void A_changed_point_is_refused_with_what_to_do()
    {
        var lines = File.ReadAllText(Path.Combine(RealStrokes.Folder, "strokes.txt"));
        using var folder = new TemporaryFolder();
        folder.File("strokes.txt", Encoding.ASCII.GetBytes("8\t8_12_224\ttra\t268" + lines["8\t8_12_224\ttra\t267".Length..]));

        var fault = Assert.Throws<InvalidDataException>(() => PenDigits.Load(folder.Path));

        Assert.Equal($"The strokes in '{folder.Path}' aren't those of UCI's pen digits: their SHA-256 differs. " +
            $"Delete the file and run 'MnistTrainer download --strokes \"{folder.Path}\"'.", fault.Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0x1F, 0x9D, 0x80, 4, 5, 6 })] // compress' own mark, and no width of codes
    public void A_damaged_archive_file_is_named(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("pendigits-orig.tra.Z", content);

        var fault = Assert.Throws<InvalidDataException>(() => PenDigits.Load(folder.Path));

        Assert.StartsWith($"'{file}' is damaged: ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Delete the file and run 'MnistTrainer download --strokes \"{folder.Path}\"'.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_strokes_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var fault = Assert.Throws<FileNotFoundException>(() => PenDigits.Load(folder.Path));

        Assert.Equal($"There are no pen strokes to learn from in '{folder.Path}': neither in strokes.txt nor pendigits-orig.tra. " +
            $"Run 'MnistTrainer download --strokes \"{folder.Path}\"', or name the folder with --strokes.", fault.Message);
    }

    [Fact]
    public async Task Downloads_the_archive_once_and_keeps_the_strokes_of_both_parts()
    {
        using var folder = new TemporaryFolder();
        var asked = 0;
        using var server = new FileServer(_ =>
        {
            asked++;
            return Zip((Training, RealPacked.Value), (Test, TestPacked.Value));
        });

        Assert.True(await Download(folder, server));
        Assert.False(await Download(folder, server));

        Assert.Equal(1, asked);
        Assert.Equal((7_494, 3_498), (PenDigits.Load(folder.Path).Count, PenDigits.LoadParts(folder.Path).Test.Count)); // the former of the same SHA-256
    }

    [Fact]
    public async Task What_is_there_stays_and_the_other_part_is_fetched()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(RealStrokes.Folder, "strokes.txt"), Path.Combine(folder.Path, "strokes.txt"));
        using var server = new FileServer(_ => Zip((Test, TestPacked.Value)));

        Assert.True(await Download(folder, server));

        Assert.Equal([Test, "strokes.txt"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(3_498, PenDigits.LoadParts(folder.Path).Test.Count);
    }

    public static TheoryData<byte[], string, string> WrongArchives => new()
    {
        { [1, 2, 3], "", Training },
        { Zip((Test, [])), "The archive has no pendigits-orig.tra.Z.", Training },
        { Zip((Training, [1, 2, 3])), "'pendigits-orig.tra.Z' is damaged: ", Training },
        { Zip((Training, UciArchive.Pack(UciArchive.Write([new("2", "1", "1", [[Vector2.One]])])))), "The SHA-256 of its strokes differs. Put pendigits-orig.tra.Z of ", Training },
        { Zip((Training, RealPacked.Value)), "The archive has no pendigits-orig.tes.Z.", Test },
        { Zip((Training, RealPacked.Value), (Test, UciArchive.Pack(UciArchive.Write([new("2", "1", "1", [[Vector2.One]])])))), "Its test part holds 1 digits rather than 3,498.", Test },
    };

    [Theory]
    [MemberData(nameof(WrongArchives), DisableDiscoveryEnumeration = true)] // megabytes, which would be written into names
    public async Task A_wrong_archive_is_refused_and_leaves_no_wrong_file(byte[] archive, string reason, string wrong)
    {
        using var folder = new TemporaryFolder();
        using var server = new FileServer(_ => archive);

        var fault = await Assert.ThrowsAsync<IOException>(() => Download(folder, server));

        Assert.StartsWith($"127.0.0.1 doesn't give the pen strokes: {reason}", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Put {wrong} of '{server.Address}archive.zip' into '{folder.Path}' yourself.", fault.Message, StringComparison.Ordinal);
        Assert.Equal(wrong == Test ? [Training] : [], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    private static Task<bool> Download(TemporaryFolder folder, FileServer server) =>
        PenDigits.DownloadAsync(folder.Path, new Uri(server.Address, "archive.zip"), (_, _, _) => { }, TestContext.Current.CancellationToken);

    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return zipped.ToArray();
    }
}
