using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

/// <summary>The page on which the API is explored.</summary>
public partial class SwaggerTests(Site site)
{
    [Fact]
    public async Task Works_under_the_policy_and_another_form_of_body_begins_with_its_own_example_and_not_with_the_file_that_was_picked()
    {
        await using var page = await site.OpenAsync();
        await page.Page.GotoAsync("/swagger/index.html");
        var model = page.Page.Locator(".opblock").Filter(new() { Has = page.Page.Locator("[data-path='/model']") });
        await model.GetByRole(AriaRole.Button, new() { Name = "GET /model", Exact = false }).First.ClickAsync();
        await model.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        await model.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
        await Expect(model.Locator(".live-responses-table .response-col_status").Last).ToContainTextAsync("200");

        var predict = page.Page.Locator(".opblock").Filter(new() { Has = page.Page.Locator("[data-path='/predict']") });
        await predict.GetByRole(AriaRole.Button, new() { Name = "POST /predict", Exact = false }).First.ClickAsync();
        await predict.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        await predict.Locator("input[type=file]").SetInputFilesAsync(Path.Combine(Site.RepositoryRoot, "bench", "three.png"));
        await ExecuteAsync();
        await Expect(predict.Locator(".live-responses-table .response-col_description").Last).ToContainTextAsync("\"digit\": 3");

        await predict.GetByLabel("Request content type").SelectOptionAsync("application/json");

        await Expect(predict.Locator("textarea.body-param__text")).ToHaveValueAsync(ImageExample());
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", "swagger-json.png") });
        await ExecuteAsync();
        await Expect(predict.Locator(".live-responses-table .response-col_description").Last).ToContainTextAsync("\"digit\": 1"); // of the example

        await predict.GetByLabel("Request content type").SelectOptionAsync("multipart/form-data");

        await Expect(predict.Locator("input[type=file]")).ToHaveValueAsync("");
        Assert.True(page.Complaints.Count == 0, string.Join("; ", page.Complaints));

        Task ExecuteAsync() => predict.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
    }

    [GeneratedRegex("^\\{\\s*\"image\": \"data:image/png;base64,[^\"]+\"\\s*\\}$")]
    private static partial Regex ImageExample();
}
