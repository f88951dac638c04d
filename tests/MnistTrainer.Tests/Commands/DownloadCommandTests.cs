using Xunit;

namespace MnistTrainer.Tests.Commands;

public class DownloadCommandTests
{
    [Fact]
    public async Task What_is_there_is_verified_and_counted_and_not_fetched_again()
    {
        using var unipen = new TemporaryFolder();
        unipen.File("digits.txt", "7\t7_ibm-r1_1\tuni\t0,100 60,100 20,0\n4\t4_ibm-r1_2\tuni\t0,100 60,0"u8.ToArray());
        unipen.File("capitals.txt", "K\tK_ibm-r1_1\tuni\t0,0 0,100;50,0 0,50 50,100\nO\tO_ibm-r1_1\tuni\t0,0 0,100 100,100 0,0"u8.ToArray());
        var start = TrainerProcess.Start($"download --data {RealMnist.Folder} --unipen {unipen.Path} --writers");
        start.Environment["NIST_WRITERS_DATA"] = RealWriters.Folder;

        using var process = System.Diagnostics.Process.Start(start)!;
        var output = (await process.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n');

        Assert.Equal(
        [
            $"60,000 training and 10,000 test images in '{RealMnist.Folder}', verified; 0 of 4 files downloaded.",
            $"539 writers of the training and 297 of the test images in '{RealWriters.Folder}', verified; 0 of 2 files downloaded.",
            $"1 digits and 1 other signs of UniPen in '{unipen.Path}', without 2 that are left out ('strokes' says why); they were there.",
        ], output);
    }
}
