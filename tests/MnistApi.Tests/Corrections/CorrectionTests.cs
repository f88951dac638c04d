using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SkiaSharp;
using Xunit;

namespace MnistApi.Tests.Corrections;

public sealed class CorrectionTests(Api api, PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const string Key = "0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-corrections-");

    private string DatabaseFile => Path.Combine(_folder.FullName, "new", "corrections.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_is_taken_unless_the_operator_turned_it_on()
    {
        Assert.False((await api.Get("/corrections")).GetProperty("enabled").GetBoolean());
        await api.AssertProblem(404, "Corrections are not taken here. Who runs the service can turn them on with Corrections:Enabled.",
            "/corrections", Correction(4));
        await api.AssertProblem(404, "Corrections are not taken here. Who runs the service can turn them on with Corrections:Enabled.", "/corrections/export");
    }

    [Fact]
    public async Task Where_it_is_off_no_part_of_the_database_is_loaded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        using var service = await RunningService.StartAsync();
        using var asked = await service.Client.GetAsync(new Uri("/corrections", UriKind.Relative));
        using var read = await service.Client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw(Drawing.Of(3)));

        var mapped = await File.ReadAllTextAsync($"/proc/{service.Id}/maps", TestContext.Current.CancellationToken);

        Assert.Contains("MnistReader.dll", mapped, StringComparison.Ordinal);
        Assert.DoesNotContain("EntityFrameworkCore", mapped, StringComparison.Ordinal);
        Assert.DoesNotContain("sqlite", mapped, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Npgsql", mapped, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task Corrections_are_exported_as_MNISTs_own_files_oldest_first(string provider)
    {
        await using var open = Open(provider);
        Assert.True((await Get(open, "/corrections")).GetProperty("enabled").GetBoolean());
        foreach (var digit in new[] { 7, 1, 4 })
            await Store(open, Correction(digit));

        var files = await Export(open, "idx");

        Assert.Equal(["images-idx3-ubyte", "labels-idx1-ubyte"], files.Keys);
        Assert.Equal([0, 0, 8, 1, 0, 0, 0, 3, 7, 1, 4], files["labels-idx1-ubyte"]);
        var images = files["images-idx3-ubyte"];
        Assert.Equal([0x803, 3, 28, 28], Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(4 * i))));
        Assert.Equal([await Seen(7), await Seen(1), await Seen(4)], images[16..].Chunk(784));
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task Corrections_are_exported_as_a_table_with_pictures(string provider)
    {
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await using var open = Open(provider);
        await Store(open, Correction(4, predicted: "9", model: "2026.01.02-1a2b3c4d"));
        await Store(open, Correction(7));
        await Store(open, Correction(1, image: Large()));

        var files = await Export(open, "csv");

        var rows = Encoding.UTF8.GetString(files["corrections.csv"]).TrimEnd().Split('\n').Select(line => line.Split(',')).ToArray();
        Assert.Equal(["image", "picture", "label", "predicted", "model", "time"], rows[0]);
        var serving = (await api.Get("/model")).GetProperty("version").GetString()!;
        Assert.Equal([["4", "9", "2026.01.02-1a2b3c4d"], ["7", "7", serving], ["1", "1", serving]], rows[1..].Select(row => row[2..5]));
        Assert.All(rows[1..], row => Assert.InRange(DateTimeOffset.Parse(row[5], null), before, DateTimeOffset.UtcNow));
        Assert.Equal(await Seen(4), Grey(files[rows[1][0]]));
        Assert.Equal(7, (await api.Predict(Api.Raw(files[rows[2][1]]))).GetProperty("digit").GetInt32());
        Assert.Equal("", rows[3][1]); // too large to be kept as it was drawn
        Assert.Equal(6, files.Count);
    }

    [Fact]
    public async Task Nothing_of_the_sender_and_no_metadata_of_the_picture_is_stored()
    {
        await using (var open = Open("SQLite"))
        {
            using var client = open.CreateClient();
            client.DefaultRequestHeaders.Add("User-Agent", "Tell-Tale/1.0");
            client.DefaultRequestHeaders.Add("Cookie", "who=Tell-Tale");
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.77");
            client.DefaultRequestHeaders.Add("X-Api-Key", Key);
            using var stored = await client.PostAsync(new Uri("/corrections", UriKind.Relative), Correction(4, image: WithText(Drawing.Of(4), "Tell-Tale")),
                TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        }

        SqliteConnection.ClearAllPools();
        var bytes = Directory.GetFiles(Path.GetDirectoryName(DatabaseFile)!).SelectMany(File.ReadAllBytes).ToArray().AsSpan();

        Assert.True(bytes.IndexOf("IHDR"u8) > 0); // the picture is there
        Assert.Equal(-1, bytes.IndexOf("Tell-Tale"u8));
        Assert.Equal(-1, bytes.IndexOf("203.0.113.77"u8));
        Assert.Equal(-1, bytes.IndexOf("127.0.0.1"u8));
    }

    [Theory]
    [InlineData("4", null, null, null, "A correction is stored only with consent. Ask for it, then send the field consent=true.")]
    [InlineData("4", "false", null, null, "A correction is stored only with consent. Ask for it, then send the field consent=true.")]
    [InlineData(null, "true", null, null, "The form has no field 'label' with a digit. Send the digit that the picture shows, 0 to 9.")]
    [InlineData("10", "true", null, null, "The form has no field 'label' with a digit. Send the digit that the picture shows, 0 to 9.")]
    [InlineData("4", "true", "nine", null, "The field 'predicted' isn't a digit. Send the digit that was answered, 0 to 9, or leave it out.")]
    [InlineData("4", "true", "9", "=1+1,\n", "The field 'model' isn't a version. Send the 'model' of the answer, or leave it out.")]
    public async Task A_faulty_correction_is_refused(string? label, string? consent, string? predicted, string? model, string detail)
    {
        await using var open = Open("SQLite", keys: false);

        await open.AssertProblem(400, detail, "/corrections",
            Form(Drawing.Of(4), ("label", label), ("consent", consent), ("predicted", predicted), ("model", model)));
    }

    [Fact]
    public async Task A_correction_of_no_picture_is_refused_as_everywhere()
    {
        await using var open = Open("SQLite", keys: false);

        await open.AssertProblem(400, "The form has no file field 'image'. Send the picture under that name.", "/corrections",
            Form(null, ("label", "4"), ("consent", "true")));
        await open.AssertProblem(400, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", "/corrections",
            Correction(4, image: "text"u8.ToArray()));
        await open.AssertProblem(422, "The image is blank: no ink stands out from the paper. Draw a digit and send it again.", "/corrections",
            Correction(4, image: Drawing.Blank()));
        await open.AssertProblem(415, "This Content-Type isn't read here. Send a form (multipart/form-data) with a file field 'image' and the " +
            "fields 'label' and 'consent'.",
            "/corrections", Api.Json("{}"));
    }

    [Fact]
    public async Task No_more_are_stored_than_the_setting_says()
    {
        await using var open = Open("SQLite", settings: ("Corrections:MaxCount", "2"));
        await Store(open, Correction(4));
        await Store(open, Correction(4));

        using var refused = await Send(open, HttpMethod.Post, "/corrections", Correction(4));

        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        Assert.Contains("as many corrections as it may", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal(8 + 2, (await Export(open, "idx"))["labels-idx1-ubyte"].Length);
    }

    [Fact]
    public async Task What_is_stored_outlives_the_service()
    {
        await using (var first = Open("SQLite"))
            await Store(first, Correction(4));
        await using var second = Open("SQLite");
        await Store(second, Correction(5));

        Assert.Equal([4, 5], (await Export(second, "idx"))["labels-idx1-ubyte"][8..]);
    }

    [Fact]
    public async Task The_export_is_for_holders_of_a_key_alone()
    {
        await using (var keyless = Open("SQLite", keys: false))
        {
            using var forbidden = await keyless.Send(HttpMethod.Get, "/corrections/export");
            Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
            Assert.Contains("needs an API key, and none is configured", await forbidden.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        await using var open = Open("SQLite");
        using var stranger = await open.Send(HttpMethod.Get, "/corrections/export");
        using var other = await Send(open, HttpMethod.Get, "/corrections/export?format=xlsx");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest), (stranger.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task A_page_that_is_open_to_all_can_have_an_export_that_is_not()
    {
        await using var open = Open("SQLite", settings: [("Auth:ExportOnly", "true")]);

        await open.Predict(Api.Raw(Drawing.Of(3))); // without a key
        using var stranger = await open.Send(HttpMethod.Get, "/corrections/export");
        using var holder = await Send(open, HttpMethod.Get, "/corrections/export");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (stranger.StatusCode, holder.StatusCode));
    }

    [Fact]
    public async Task A_database_that_hangs_holds_up_no_prediction_and_collects_no_requests()
    {
        await using var open = Open("SQLite", settings: [("Limits:Concurrency", "1"), ("Limits:Queue", "200")]);
        await using var other = new SqliteConnection($"Data Source={DatabaseFile}");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken); // the only one that may write

        var waiting = Enumerable.Range(0, 80).Select(_ => Send(open, HttpMethod.Post, "/corrections", Correction(4))).ToList();
        // one is being stored, 64 wait
        while (!waiting.Any(answer => answer.IsCompletedSuccessfully && answer.Result.StatusCode is HttpStatusCode.TooManyRequests))
            await Task.WhenAny(waiting.Where(answer => !answer.IsCompleted));
        using var prediction = await Send(open, HttpMethod.Post, "/predict", Api.Form(Drawing.Of(4)));
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        var answers = await Task.WhenAll(waiting);

        Assert.Equal(HttpStatusCode.OK, prediction.StatusCode);
        Assert.InRange(answers.Count(answer => answer.StatusCode is HttpStatusCode.TooManyRequests), 1, 15);
        Assert.Contains(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        Array.ForEach(answers, answer => answer.Dispose());
    }

    private Api Open(string provider, bool keys = true, params (string Name, string Value)[] settings) => Api.With([
        ("Corrections:Enabled", "true"),
        ("Corrections:Provider", provider),
        ("Corrections:Connection", provider == "SQLite" ? DatabaseFile : postgres.NewDatabase()),
        .. keys ? [("Auth:ApiKeys:0", Key)] : Array.Empty<(string, string)>(),
        .. settings]);

    private static MultipartFormDataContent Correction(int label, string? predicted = null, string? model = null, byte[]? image = null) =>
        Form(image ?? Drawing.Of(label), ("label", $"{label}"), ("consent", "true"), ("predicted", predicted), ("model", model));

    private static MultipartFormDataContent Form(byte[]? image, params (string Name, string? Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        if (image is not null)
            form.Add(Api.Raw(image), "image", "drawing.png");
        foreach (var (name, value) in fields.Where(field => field.Value is not null))
            form.Add(new StringContent(value!), name);
        return form;
    }

    private static async Task Store(Api open, HttpContent correction)
    {
        using var stored = await Send(open, HttpMethod.Post, "/corrections", correction);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        var timing = Assert.Single(stored.Headers.GetValues("Server-Timing")); // of real work, as with /predict
        Assert.DoesNotContain("decode;dur=0.000", timing, StringComparison.Ordinal);
        Assert.DoesNotContain("infer;dur=0.000", timing, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> Send(Api open, HttpMethod method, string path, HttpContent? body = null)
    {
        using var client = open.CreateClient();
        using var request = new HttpRequestMessage(method, path) { Content = body, Headers = { { "X-Api-Key", Key } } };
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> Get(Api open, string path)
    {
        using var response = await Send(open, HttpMethod.Get, path);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }

    private static async Task<Dictionary<string, byte[]>> Export(Api open, string format)
    {
        using var response = await Send(open, HttpMethod.Get, $"/corrections/export?format={format}");
        Assert.Equal((HttpStatusCode.OK, "application/zip"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }

    // the 28×28 that /predict says the network saw
    private async Task<byte[]> Seen(int digit) =>
        Grey(Convert.FromBase64String((await api.Predict(Api.Raw(Drawing.Of(digit)), "?explain=true")).GetProperty("explanation")
            .GetProperty("steps").EnumerateArray()
            .Single(step => step.GetProperty("name").GetString() == "input").GetProperty("image").GetString()!.Split(',')[1]));

    private static byte[] Grey(byte[] png)
    {
        using var bitmap = SKBitmap.Decode(png);
        return [.. bitmap.Pixels.Select(pixel => pixel.Red)];
    }

    // more pixels than are kept as they were drawn
    private static byte[] Large()
    {
        using var drawing = SKBitmap.Decode(Drawing.Of(1));
        using var large = drawing.Resize(new SKSizeI(600, 600), SKSamplingOptions.Default);
        using var png = large.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    // a text chunk behind the header, as cameras and programs write them
    private static byte[] WithText(byte[] png, string text)
    {
        byte[] chunk = [.. "tEXt"u8, .. "Author\0"u8, .. Encoding.ASCII.GetBytes(text)];
        var (length, crc) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, chunk.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.HashToUInt32(chunk));
        return [.. png[..33], .. length, .. chunk, .. crc, .. png[33..]];
    }
}
