using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.ReadFiles;

/// <summary>The command <c>read</c> of the built program on a folder of pictures: ten digits, a row of three, an empty sheet and a text file.</summary>
public sealed class ReadCommandTests(Api api) : IDisposable
{
    private readonly string _folder = WritePictures();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_is_read_picture_by_picture_one_line_each_in_the_order_of_their_names()
    {
        var (code, output, error) = await Run("read", _folder);

        Assert.Equal(0, code);
        Assert.Matches(@"^13 files in \d.+, \d+ a second; 2 can't be read\.\n$", error);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal(13, lines.Length);
        Assert.All(Enumerable.Range(0, 10), digit => Assert.Matches($@"^{_folder}/{digit}\.png: {digit} \(\d+\.\d\d %\)$", lines[digit]));
        Assert.Matches($@"^{_folder}/below/row,""3""\.JPG: 314 \(\d+\.\d\d %\)$", lines[10]);
        Assert.Equal($"{_folder}/blank.png: The image is blank: no ink stands out from the paper.", lines[11]);
        Assert.StartsWith($"{_folder}/damaged.png: The Png image is damaged", lines[12], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/read", "number")]
    [InlineData("/predict", "digit", "--digit")]
    [InlineData("/read?pattern=d.dd", "number", "--pattern", "d.dd")]
    public async Task As_JSON_an_answer_is_that_of_the_service(string endpoint, string member, params string[] options)
    {
        var (code, output, _) = await Run(["read", At("below"), At("7.png"), "--json", .. options]);

        Assert.Equal(0, code);
        foreach (var line in output.TrimEnd().Split('\n'))
        {
            var answer = JsonDocument.Parse(line).RootElement;
            var file = answer.GetProperty("file").GetString()!;
            using var body = new ByteArrayContent(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            body.Headers.ContentType = new("application/octet-stream");
            using var response = await api.Send(HttpMethod.Post, endpoint, body);
            Assert.Equal(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.GetProperty(member).GetRawText());
        }
    }

    [Fact]
    public async Task As_CSV_names_and_errors_are_quoted_where_they_must_be()
    {
        var (_, output, _) = await Run("read", At("below"), At("no*.png"), At("3.png"), "--csv", "--pattern", "ddd");

        Assert.Collection(output.TrimEnd().Split('\n'),
            line => Assert.Equal("file,text,written,confidence,valid,error", line),
            line => Assert.Matches($@"^""{_folder}/below/row,""""3""""\.JPG"",314,314,[01]\.\d{{6}},true,$", line),
            line => Assert.Equal($"{At("no*.png")},,,,,No file is so called.", line),
            line => Assert.Matches($@"^{At("3.png")},3,3,[01]\.\d{{6}},false,$", line));
    }

    [Fact]
    public async Task Standard_input_is_a_picture_or_a_list_of_them()
    {
        var (_, picture, _) = await Run(await File.ReadAllBytesAsync(At("5.png"), TestContext.Current.CancellationToken), "read", "-");
        var (_, listed, _) = await Run(System.Text.Encoding.UTF8.GetBytes($"{At("7.png")}\n\n{At("2.png")}\n"), "read", "--files-from", "-");

        Assert.StartsWith("-: 5 (", picture, StringComparison.Ordinal);
        Assert.Equal([$"{At("7.png")}: 7", $"{At("2.png")}: 2"],
            listed.TrimEnd().Split('\n').Select(line => line[..line.IndexOf(" (", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("answers.jsonl")]
    [InlineData("answers.csv")]
    public async Task What_was_killed_goes_on_and_in_the_end_every_file_has_one_line(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It sends signals.");
        var (pictures, output) = (Path.Combine(_folder, "many"), Path.Combine(_folder, "results", name));
        Directory.CreateDirectory(pictures);
        for (var i = 0; i < 300; i++)
            File.CreateSymbolicLink(Path.Combine(pictures, $"{i:000},\"{i % 10}\".png"), At($"{i % 10}.png"));

        foreach (var signal in new[] { "-KILL", "-INT" })
        {
            using var process = Start("read", pictures, "--output", output, "--threads", "1");
            var lines = Lines(output);
            while (!process.HasExited && Lines(output) <= lines + 5) // a line of CSV more than files
                await Task.Delay(5, TestContext.Current.CancellationToken);
            using (var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (signal == "-KILL")
                await File.AppendAllTextAsync(output, "{\"file\":\"cut o", TestContext.Current.CancellationToken);
            else if (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) is var told
                && !told.Contains(" files in ", StringComparison.Ordinal))
                Assert.Equal((130, "Stopped. What was read is kept; the same command line goes on.\n"), (process.ExitCode, told)); // else it was through
        }

        var (code, _, error) = await Run("read", pictures, "--output", output);
        var (again, _, nothing) = await Run("read", pictures, "--output", output);

        Assert.Equal((0, 0), (code, again));
        Assert.Matches(@"were read before\.\n$", error);
        Assert.StartsWith("0 files in ", nothing, StringComparison.Ordinal);
        var all = (await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken)).Skip(name.EndsWith("csv", StringComparison.Ordinal) ? 1 : 0);
        Assert.Equal(300, all.Count());
        Assert.Equal(300, all.Distinct().Count());
    }

    [Fact]
    public async Task Shares_are_disjoint_and_together_all()
    {
        var shares = await Task.WhenAll(Enumerable.Range(0, 3).Select(share => Run("read", _folder, "--shard", $"{share}/3")));

        var lines = shares.SelectMany(share => share.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(13, lines.Distinct().Count());
        Assert.Equal(13, lines.Count);
        Assert.All(shares, share => Assert.InRange(share.Output.Split('\n').Length, 2, 12));
    }

    [Theory]
    [InlineData("Name a file or a folder.", "read")]
    [InlineData("There is no option '--jsn'.", "read", "x.png", "--jsn")]
    [InlineData("The share '3/3' can't be: write the number of one and how many there are, 0/4 to 3/4.", "read", "x.png", "--shard", "3/3")]
    [InlineData("--threads takes a whole number from 1 to 512, not '0'.", "read", "x.png", "--threads", "0")]
    [InlineData("--digit takes a picture as one digit: --digits and --pattern don't go with it.", "read", "x.png", "--digit", "--digits", "2")]
    public async Task A_wrong_command_line_is_said_in_one(string message, params string[] words)
    {
        var (code, output, error) = await Run(words);

        Assert.Equal((2, "", $"{message} See 'MnistApi read --help'.\n"), (code, output, error));
    }

    [Fact]
    public async Task What_another_wrote_is_not_overwritten_and_a_bad_model_is_named()
    {
        await File.WriteAllTextAsync(At("mine.csv"), "name,telephone\n", TestContext.Current.CancellationToken);

        var (foreign, _, error) = await Run("read", At("3.png"), "--output", At("mine.csv"));
        var (noModel, _, missing) = await Run("read", At("3.png"), "--model", At("readme.txt"));

        Assert.Equal((1, 1), (foreign, noModel));
        Assert.Equal($"'{At("mine.csv")}' holds something else: its first line isn't 'file,text,written,confidence,valid,error'. Name another file.\n", error);
        Assert.Equal("name,telephone\n", await File.ReadAllTextAsync(At("mine.csv"), TestContext.Current.CancellationToken));
        Assert.StartsWith($"'{At("readme.txt")}' ", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_the_commands()
    {
        var (code, output, error) = await Run("--help");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"(?m)^ +health <URL> .+\n +read <FILE> ", output);
    }

    private static string WritePictures()
    {
        var folder = Directory.CreateTempSubdirectory("read-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "below"));
        for (var digit = 0; digit < 10; digit++)
            Write($"{digit}.png", Drawing.Of(digit));
        Write("below/row,\"3\".JPG", Drawing.Row([3, 1, 4]));
        Write("blank.png", Drawing.Of("M-9 -9L-8 -9"));
        Write("damaged.png", Drawing.Of(1)[..100]);
        Write("readme.txt", "no picture"u8.ToArray());
        return folder;

        void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(folder, name), content);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static int Lines(string file) => File.Exists(file) ? File.ReadLines(file).Count() : 0;

    private static Process Start(params string[] words) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MnistApi.dll"), .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static Task<(int Code, string Output, string Error)> Run(params string[] words) => Run([], words);

    private static async Task<(int Code, string Output, string Error)> Run(byte[] input, params string[] words)
    {
        using var process = Start(words);
        await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
