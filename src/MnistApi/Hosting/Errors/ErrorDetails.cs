namespace MnistApi.Hosting.Errors;

/// <summary>What the answers to a faulty picture say, here and in the OpenAPI document.</summary>
internal static class ErrorDetails
{
    public const string NoFile = "The form has no file field 'image'. Send the picture under that name.";
    public const string NoFiles = "The form has no file field 'image'. Send each picture under that name.";
    public const string NeitherOrBoth = "The JSON has neither or both of \"image\" and \"pixels\". Send one of them.";
    public const string NotBase64 = "\"image\" is neither base64 nor a base64 data URL. Encode the bytes of an image file.";
    public const string WrongPixels = "\"pixels\" isn't 784 numbers from 0 to 255. Send 28 rows of 28, 0 for paper and 255 for ink.";
    public const string SmallPixels = "All of \"pixels\" are from 0 to 1, which would be blank. Send them from 0 for paper to 255 for ink: multiply by 255.";
    public const string Blank = "The image is blank: no ink stands out from the paper. Draw a digit and send it again.";
    public const string NoInkNetwork =
        "This service reads drawings on paper of one level only: it has no ink network, which photos, scans and lined paper need. " +
        "Send a drawing made by a program, or ask who runs the service for models/ink.onnx.";
    public const string TooMany = "The batch has more than 256 pictures. Send several batches.";
}
