using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests.Datasets;

public class LabelledPicturesTests
{
    [Fact]
    public void A_folder_of_a_digit_labels_its_pictures_and_a_number_in_front_of_an_underscore_labels_one()
    {
        using var folder = Folder("7/b.png", "7/a.jpg", "0/1.bmp", "0042_1.png", "5_x.jpg");

        var pictures = LabelledPictures.Load(folder.Path);

        Assert.Equal(Path.GetFileName(folder.Path), pictures.Name);
        Assert.Equal([("0/1.bmp", "0", false), ("0042_1.png", "0042", true), ("5_x.jpg", "5", true), ("7/a.jpg", "7", false), ("7/b.png", "7", false)],
            pictures.Pictures.Select(picture => (Path.GetRelativePath(folder.Path, picture.Path), picture.Truth, picture.IsNumber)));
        Assert.Empty(pictures.LeftOut);
    }

    [Fact]
    public void The_last_part_of_the_path_is_its_name_also_with_a_slash_at_the_end()
    {
        using var folder = Folder("scans/3/a.png");

        Assert.Equal("scans", LabelledPictures.Load($"{folder.Path}/scans/").Name);
    }

    [Fact]
    public void What_has_no_label_is_left_out_by_name()
    {
        using var folder = Folder("3/a.png", "12/a.png", "ten/a.png", "12.png", "README.md", "x_12.png");

        var pictures = LabelledPictures.Load(folder.Path);

        Assert.Equal("3", Assert.Single(pictures.Pictures).Truth);
        Assert.Equal(["12", "12.png", "README.md", "ten", "x_12.png"], pictures.LeftOut);
    }

    [Fact]
    public void Hidden_files_are_skipped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a system where a dot hides a file.");
        using var folder = Folder("3/a.png", "3/.a.png.swp", ".DS_Store", ".thumbnails/1.png");

        var pictures = LabelledPictures.Load(folder.Path);

        Assert.EndsWith("a.png", Assert.Single(pictures.Pictures).Path, StringComparison.Ordinal);
        Assert.Empty(pictures.LeftOut);
    }

    [Fact]
    public void A_folder_of_neither_form_is_refused_with_both_forms()
    {
        using var folder = Folder("digits/7/a.png", "three.png");
        Directory.CreateDirectory($"{folder.Path}/4"); // empty

        var error = Assert.Throws<InvalidDataException>(() => LabelledPictures.Load(folder.Path));

        Assert.Equal($"'{folder.Path}' holds no labelled pictures. They are told by their paths: {folder.Path}/7/any-name.png shows one digit, a 7; " +
            $"{folder.Path}/1250_1.png shows the number 1250.", error.Message.Replace('\\', '/'));
    }

    [Fact]
    public void A_folder_that_there_is_not_is_refused() =>
        Assert.Equal("There is no folder 'nowhere'.", Assert.Throws<DirectoryNotFoundException>(() => LabelledPictures.Load("nowhere")).Message);

    private static TemporaryFolder Folder(params string[] files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, file))!);
            folder.File(file, []);
        }

        return folder;
    }
}
