using System.Net;
using SkiaSharp;
using Xunit;

namespace MnistApi.Tests.Hosting;

/// <summary>Clients that don't wait for their answer, of a service that does one thing at a time.</summary>
public class HangUpTests
{
    [Fact]
    public async Task A_client_that_hangs_up_ends_its_work_and_gives_its_place_in_the_queue_to_another()
    {
        using var service = await RunningService.StartAsync(
            [("Limits__Concurrency", "1"), ("Limits__Queue", "1"), ("Limits__RequestSeconds", "300"), ("Limits__MaxBytes", "100000000")]);
        using var endWork = new CancellationTokenSource();
        using var endWait = new CancellationTokenSource();

        var works = PostAsync(service, "/predict/batch", LongBatch(), endWork.Token);
        await Until(service, metrics => metrics.Sum("mnist_stage_duration_seconds_count", "stage", "queue") == 1);
        var waits = PostAsync(service, "/predict", Api.Raw(Drawing.Of(3)), endWait.Token);
        await Until(service, metrics => metrics.Sum("mnist_queue_length") == 1);

        await endWait.CancelAsync();
        var left = await Until(service, metrics => metrics.Sum("mnist_queue_length") == 0);
        Assert.Equal(1, left.Sum("mnist_stage_duration_seconds_count", "stage", "queue")); // the first still has the only turn
        var next = PostAsync(service, "/predict", Api.Raw(Drawing.Of(3)), CancellationToken.None);
        await Until(service, metrics => metrics.Sum("mnist_queue_length") == 1);
        await endWork.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => works);
        Assert.Equal(HttpStatusCode.OK, await next);
        var metrics = await Until(service, metrics => metrics.Sum("mnist_rejections_total", "reason", "hung_up") == 2
            && metrics.Sum("http_server_request_duration_seconds_count") >= 3); // counted when the answer has been sent
        Assert.Equal((1, 1), (metrics.Sum("mnist_predictions_total"), metrics.Sum("mnist_predictions_total", "digit", "3"))); // nothing of the batch
        Assert.Equal((1, 2, 3), (Answered("200"), Answered("499"), metrics.Sum("http_server_request_duration_seconds_count")));
        Assert.Equal(2, metrics.Sum("mnist_rejections_total"));

        double Answered(string status) => metrics.Sum("http_server_request_duration_seconds_count", "http_response_status_code", status);
    }

    private static async Task<HttpStatusCode> PostAsync(RunningService service, string path, HttpContent body, CancellationToken hangUp)
    {
        using var client = new HttpClient { BaseAddress = service.Address, Timeout = Timeout.InfiniteTimeSpan };
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), body, hangUp);
        return response.StatusCode;
    }

    private static async Task<Scrape> Until(RunningService service, Predicate<Scrape> seen)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        Scrape metrics;
        while (!seen(metrics = await Scrape.OfAsync(service.Client)))
            await Task.Delay(20, patience.Token);
        return metrics;
    }

    /// <summary>256 pictures of 16 megapixels each: more work than anybody waits for, and what is left of it is never done.</summary>
    private static MultipartFormDataContent LongBatch()
    {
        using var small = SKBitmap.Decode(Drawing.Of(3));
        using var large = small.Resize(new SKImageInfo(4000, 4000), SKSamplingOptions.Default);
        using var png = large.Encode(SKEncodedImageFormat.Png, 100);
        var batch = new MultipartFormDataContent();
        for (var i = 0; i < 256; i++)
            batch.Add(Api.Raw(png.ToArray()), "image", $"{i}.png");
        return batch;
    }
}
