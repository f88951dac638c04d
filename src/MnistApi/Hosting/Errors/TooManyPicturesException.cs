namespace MnistApi.Hosting.Errors;

/// <summary>A batch has more pictures than <see cref="Limits.LoadLimits.MostPictures"/>.</summary>
internal sealed class TooManyPicturesException() : BadHttpRequestException(ErrorDetails.TooMany, StatusCodes.Status413PayloadTooLarge);
