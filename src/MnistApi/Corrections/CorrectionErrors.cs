namespace MnistApi.Corrections;

/// <summary>What the answers to faulty corrections say, here and in the OpenAPI document.</summary>
internal static class CorrectionErrors
{
    public const string Off = "Corrections are not taken here. Who runs the service can turn them on with Corrections:Enabled.";
    public const string NoConsent = "A correction is stored only with consent. Ask for it, then send the field consent=true.";
    public const string NoLabel = "The form has no field 'label' with a digit. Send the digit that the picture shows, 0 to 9.";
    public const string WrongPredicted = "The field 'predicted' isn't a digit. Send the digit that was answered, 0 to 9, or leave it out.";
    public const string WrongModel = "The field 'model' isn't a version. Send the 'model' of the answer, or leave it out.";
    public const string NoKeys = "The export needs an API key, and none is configured. Who runs the service sets one with Auth:ApiKeys:0.";
    public const string WrongFormat = "There is no such format. Ask for ?format=idx or ?format=csv.";
    public const string Full =
        "The service holds as many corrections as it may. Tell those who run it: they can export and delete some, or raise Corrections:MaxCount.";
}
