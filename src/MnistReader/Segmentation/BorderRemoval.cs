using MnistReader.Ink;

namespace MnistReader.Segmentation;

/// <summary>Tells a frame that was drawn around the writing from the writing.</summary>
internal static class BorderRemoval
{
    /// <summary>How far a frame may wander from its box, as a share of the box's sides: it may be drawn by hand, or tilted.</summary>
    private const double Band = 0.15;

    /// <summary>
    /// Whether a piece is a frame: along all four sides and in all four corners of its box, nowhere inside, and with something within it. A 0 has no corners.
    /// </summary>
    public static bool IsFrame(InkImage plane, ConnectedComponent[] pieces, int index)
    {
        var frame = pieces[index];
        return frame.Width > 8 && frame.Height > 8 && Encloses(pieces, index) && FollowsItsBox(plane, frame);
    }

    /// <summary>Whether a piece is what a picture shows beyond the paper: it fills most of one of its edges, and doesn't reach far inside.</summary>
    public static bool IsAlongTheEdge(InkImage plane, in ConnectedComponent piece)
    {
        if (piece.Height > 0.7 * plane.Height && piece.Width < 0.12 * plane.Width && (piece.Left == 0 || piece.Right == plane.Width))
        {
            var (edge, rows) = (piece.Left == 0 ? 0 : plane.Width - 1, 0);
            for (var y = piece.Top; y < piece.Bottom; y++)
                rows += plane.Row(y)[edge] > 0 ? 1 : 0;
            return rows > 0.6 * plane.Height;
        }

        return piece.Width > 0.7 * plane.Width && piece.Height < 0.12 * plane.Height && (piece.Top == 0 || piece.Bottom == plane.Height)
            && plane.Width - plane.Row(piece.Top == 0 ? 0 : plane.Height - 1).Count((byte)0) > 0.6 * plane.Width;
    }

    private static bool Encloses(ConnectedComponent[] pieces, int index)
    {
        var frame = pieces[index];
        ConnectedComponent? within = null;
        foreach (var piece in pieces)
        {
            if (piece.Left > frame.Left && piece.Right < frame.Right && piece.Top > frame.Top && piece.Bottom < frame.Bottom)
                within = within?.With(piece) ?? piece;
        }

        return within is { } content && Math.Max(content.Width, content.Height) > 0.2 * Math.Min(frame.Width, frame.Height);
    }

    // by the outermost ink of each row and column, which is the frame's: what is within it is farther in
    private static bool FollowsItsBox(InkImage plane, in ConnectedComponent frame)
    {
        var (near, far) = (Band * frame.Width, (1 - Band) * frame.Width);
        var rows = 0;
        for (var y = frame.Top; y < frame.Bottom; y++)
        {
            var row = plane.Row(y)[frame.Left..frame.Right];
            rows += row.IndexOfAnyExcept((byte)0) is var first && first >= 0 && first <= near && row.LastIndexOfAnyExcept((byte)0) >= far ? 1 : 0;
        }

        if (rows < 0.95 * frame.Height)
            return false;

        var band = (int)(Band * frame.Height) + 1;
        var columns = 0;
        for (var x = frame.Left; x < frame.Right; x++)
            columns += HasInk(plane, x, frame.Top, frame.Top + band) && HasInk(plane, x, frame.Bottom - band, frame.Bottom) ? 1 : 0;
        return columns >= 0.95 * frame.Width;
    }

    private static bool HasInk(InkImage plane, int x, int top, int bottom)
    {
        for (var y = top; y < bottom; y++)
        {
            if (plane.Row(y)[x] > 0)
                return true;
        }

        return false;
    }
}
