using System.Diagnostics;
using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Ink;
using MnistReader.Segmentation;
using SkiaSharp;
using Xunit;

namespace MnistReader.Tests.Segmentation;

public class DigitSegmentationTests
{
    private const int Width = 300;
    private const int Height = 200;
    private const float PenPx = 12;

    // a 5 whose bar stands by itself
    private const string Five = "M60 70C110 60 110 140 60 140 M56 46L100 46";
    private const string One = "M80 40L80 150";
    private const string Three = "M140 45C200 45 190 90 150 92C200 95 195 150 140 145";

    [Theory]
    [InlineData(One)]
    [InlineData(Five)]
    [InlineData("M80 5L80 195")]
    [InlineData("M20 0L20 60L100 60 M80 30L80 199")] // a 4 of two strokes that runs off two edges
    [InlineData("M80 40L150 40 M80 40L80 150 M150 40L150 150 M80 150L150 150")] // a 0 with corners
    public void A_clean_drawing_stays_as_it_is_and_is_one_digit(string strokes)
    {
        using var plane = Draw(canvas => Ink(canvas, strokes));
        var before = All(plane);

        var writing = DigitSegmentation.On(plane);

        Assert.Equal(before, All(plane));
        Assert.Equal(1, writing.Digits);
        Assert.Equal(DigitFraming.Frame(plane)!.Pixels.ToArray(), DigitFraming.Frame(writing.Cut(0)!)!.Pixels.ToArray());
    }

    [Theory]
    [InlineData(28, 2)]
    [InlineData(200, 4)]
    public void A_1_that_is_cropped_tightly_is_no_line_of_the_paper(int side, int width)
    {
        var ink = new byte[side * side];
        for (var y = 0; y < side; y++)
            ink.AsSpan(y * side + side / 2, width).Fill(255);
        using var plane = new InkImage(side, side, ink);

        var writing = DigitSegmentation.On(plane);

        Assert.Equal(1, writing.Digits);
        Assert.Equal(side * width, ink.Count(level => level > 0));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 300)]
    [InlineData(3000, 1)]
    [InlineData(2, 2000)]
    [InlineData(24, 24)]
    [InlineData(5000, 40)]
    public void Noise_of_any_shape_can_be_looked_at(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        var random = new Random(1);
        for (var i = 0; i < width * height; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        using var plane = InkImage.Decode(png.ToArray());

        Assert.InRange(DigitSegmentation.On(plane).Digits, 0, width * height);
    }

    [Fact]
    public void Digits_side_by_side_are_found_from_left_to_right()
    {
        using var plane = Draw(canvas =>
        {
            Ink(canvas, Three);
            Ink(canvas, One);
        });

        var writing = DigitSegmentation.On(plane);

        Assert.Equal(2, writing.Digits);
        Assert.Equal(new PixelBox(74, 34, 12, 122), writing.Box(0));
        Assert.InRange(writing.Box(1).X, 132, 136);
        using var alone = Draw(canvas => Ink(canvas, One));
        Assert.Equal(DigitFraming.Frame(alone)!.Pixels.ToArray(), DigitFraming.Frame(writing.Cut(0)!)!.Pixels.ToArray());
    }

    [Fact]
    public void Boxes_are_in_pixels_of_the_picture_also_where_it_was_reduced()
    {
        using var bitmap = new SKBitmap(4000, 3000);
        bitmap.Erase(SKColors.White);
        bitmap.Erase(SKColors.Black, SKRectI.Create(2000, 1000, 100, 800));
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        using var plane = InkImage.Decode(jpeg.AsSpan());

        var box = DigitSegmentation.On(plane).Box(0);

        Assert.Equal((4000, 3000), (plane.PictureWidth, plane.PictureHeight));
        Assert.InRange(box.X, 1985, 2001);
        Assert.InRange(box.Y, 985, 1001);
        Assert.InRange(box.Width, 99, 130);
        Assert.InRange(box.Height, 799, 830);
    }

    [Fact]
    public void Dots_of_one_line_are_one_digit() =>
        AssertSame(canvas => Dots(canvas, 80, 40, 80, 150), canvas => Dots(canvas, 80, 40, 80, 150));

    [Fact]
    public void The_lines_of_ruled_paper_are_no_clean_drawing() => AssertClean(false, canvas =>
    {
        for (var y = 9; y < Height; y += 24)
            Line(canvas, 0, y, Width, y);
        Ink(canvas, Three);
    });

    [Fact]
    public void A_frame_around_the_drawing_is_no_clean_drawing() => AssertClean(false, canvas =>
    {
        Ink(canvas, Three);
        Ink(canvas, "M20 15L280 18L278 185L22 182Z");
    });

    [Fact]
    public void Digits_and_specks_are_a_clean_drawing() => AssertClean(true, canvas =>
    {
        Ink(canvas, Three);
        Ink(canvas, One);
        canvas.DrawCircle(250, 30, 3, new SKPaint { Color = SKColors.Black });
    });

    [Fact]
    public void Specks_are_taken_away() => AssertSame(canvas => Ink(canvas, Three), canvas =>
    {
        Ink(canvas, Three);
        foreach (var (x, y) in new[] { (10, 10), (250, 30), (270, 180), (30, 120) })
            canvas.DrawCircle(x, y, 3, new SKPaint { Color = SKColors.Black });
    });

    private const string Leaning = "M100 170L190 40"; // a 1, of whose box a corner is free

    [Theory]
    [InlineData("M178 160L180 160", 0)] // the dot behind it, within its box
    [InlineData("M210 160L212 160", 0)] // farther on
    [InlineData("M155 110L157 110", 1)] // where a pen jumped
    public void Of_a_crop_the_dot_behind_a_digit_is_taken_away_and_not_what_is_of_the_digit(string dot, int left)
    {
        using var alone = Draw(canvas => Ink(canvas, Leaning));
        using var plane = Draw(canvas => Array.ForEach([Leaning, dot], strokes => Ink(canvas, strokes)));

        DigitSegmentation.On(plane).WithoutNeighbours();

        Assert.Equal(left, All(alone).SequenceEqual(All(plane)) ? 0 : 1);
    }

    [Fact]
    public void Of_a_crop_that_cuts_the_digit_in_its_middle_what_the_sides_cut_is_taken_away()
    {
        const string cutBelow = "M150 60L130 200";
        using var alone = Draw(canvas => Ink(canvas, cutBelow));
        using var plane = Draw(canvas => Array.ForEach([cutBelow, "M0 80L60 90L40 140", "M300 60L250 120"], strokes => Ink(canvas, strokes)));

        DigitSegmentation.On(plane).WithoutNeighbours();

        Assert.Equal(All(alone), All(plane));
    }

    [Fact]
    public void Neighbours_of_a_comb_among_dots_are_found_in_bounded_time()
    {
        const int side = 1000;
        using var plane = new InkImage(side, side, [.. Enumerable.Range(0, side * side).Select(i => IsInk(i % side, i / side) ? byte.MaxValue : byte.MinValue)]);
        var writing = DigitSegmentation.On(plane);
        var clock = Stopwatch.StartNew();

        writing.WithoutNeighbours();

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1); // it takes hundredths; with each run of the dots held against each of the comb, seconds

        // teeth in the middle, a bar through them that makes the box wide, dots at the box's ends
        static bool IsInk(int x, int y) => x is >= 200 and < 800 && y is >= 100 and < 900 && x switch
        {
            >= 350 and < 650 => x % 2 == 0 || y == 500,
            < 320 or >= 680 when Math.Abs(y - 500) > 30 => x % 20 < 14 && y % 33 < 20,
            _ => y == 500,
        };
    }

    [Fact]
    public void Of_hundreds_of_specks_of_one_size_nothing_is_left()
    {
        const int side = 300;
        using var plane = new InkImage(side, side,
            [.. Enumerable.Range(0, side * side).Select(i => i % side % 10 < 4 && i / side % 10 < 4 ? byte.MaxValue : byte.MinValue)]);

        Assert.Equal(0, DigitSegmentation.On(plane).WithoutNeighbours().Digits);
    }

    [Fact]
    public void A_bar_within_the_box_of_a_seven_that_it_does_not_touch_is_a_clean_drawing() => AssertClean(true, canvas =>
    {
        Ink(canvas, "M60 40L240 40L120 180");
        Ink(canvas, "M80 110L135 112");
    });

    [Fact]
    public void A_faint_speck_is_no_sheet()
    {
        using var plane = Draw(canvas => Ink(canvas, Three));
        for (var y = 60; y < 65; y++)
            plane.Writable[(y * plane.Width + 280)..(y * plane.Width + 284)].Fill(3);
        plane.Writable[62 * plane.Width + 282] = 20;

        Assert.True(DigitSegmentation.On(plane).IsClean);
    }

    [Fact]
    public void A_dot_in_a_zero_is_of_the_zero()
    {
        using var plane = Draw(canvas => Ink(canvas, "M100 100A50 70 0 1 1 200 100A50 70 0 1 1 100 100 M150 100L151 100"));
        var ink = All(plane);

        DigitSegmentation.On(plane).WithoutNeighbours();

        Assert.Equal(ink, All(plane));
    }

    [Fact]
    public void A_blank_plane_has_no_writing()
    {
        using var plane = Draw(_ => { });

        Assert.Equal(0, DigitSegmentation.On(plane).Digits);
    }

    [Fact]
    public void Confetti_takes_bounded_time()
    {
        var random = new Random(1);
        var ink = new byte[2000 * 2000];
        for (var i = 0; i < ink.Length; i++)
            ink[i] = (byte)(random.Next(4) == 0 ? 255 : 0);
        using var fine = new InkImage(2000, 2000, ink);
        using var coarse = new InkImage(2000, 2000,
            [.. Enumerable.Range(0, ink.Length).Select(i => i % 2000 % 10 < 4 && i / 2000 % 10 < 4 ? byte.MaxValue : byte.MinValue)]);
        var clock = Stopwatch.StartNew();

        DigitSegmentation.On(fine);
        DigitSegmentation.On(coarse);

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    private static void AssertClean(bool expected, Action<SKCanvas> draw)
    {
        using var plane = Draw(draw);

        Assert.Equal(expected, DigitSegmentation.On(plane).IsClean);
    }

    private static void AssertSame(Action<SKCanvas> clean, Action<SKCanvas> dirty)
    {
        using var expected = Draw(clean);
        using var plane = Draw(dirty);

        var writing = DigitSegmentation.On(plane);

        Assert.Equal(1, writing.Digits);
        Assert.InRange(Distance(DigitFraming.Frame(expected)!, DigitFraming.Frame(plane)!), 0, 0);
    }

    // mean difference, 0 to 1
    private static double Distance(DigitImage one, DigitImage other) =>
        one.Pixels.ToArray().Zip(other.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Average() / 255;

    private static InkImage Draw(Action<SKCanvas> draw) => InkImage.Decode(Encode(SKEncodedImageFormat.Png, draw));

    private static byte[] Encode(SKEncodedImageFormat format, Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(Width, Height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        draw(canvas);
        canvas.Flush();
        using var encoded = bitmap.Encode(format, 90);
        return encoded.ToArray();
    }

    private static void Ink(SKCanvas canvas, string strokes)
    {
        using var path = SKPath.ParseSvgPathData(strokes);
        using var pen = new SKPaint
        {
            IsStroke = true, IsAntialias = true, StrokeWidth = PenPx, StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        canvas.DrawPath(path, pen);
    }

    private static void Dots(SKCanvas canvas, float fromX, float fromY, float toX, float toY)
    {
        using var paint = new SKPaint { IsAntialias = true };
        for (var way = 0f; way <= 1; way += 0.2f)
            canvas.DrawCircle(fromX + way * (toX - fromX), fromY + way * (toY - fromY), 5, paint);
    }

    private static void Line(SKCanvas canvas, float fromX, float fromY, float toX, float toY)
    {
        using var pen = new SKPaint { Color = new SKColor(150, 170, 210), IsAntialias = true, StrokeWidth = 2 };
        canvas.DrawLine(fromX, fromY, toX, toY, pen);
    }

    private static byte[] All(InkImage plane) => [.. Enumerable.Range(0, plane.Height).SelectMany(y => plane.Row(y).ToArray())];
}
