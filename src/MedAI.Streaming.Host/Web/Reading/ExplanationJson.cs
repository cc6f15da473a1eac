// How the explanation of a model's alert looks in JSON.
using System.Text.Json;
using MedAI.Streaming.Pipeline.Explaining;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>Writes explanations; an alert that no model raised has null.</summary>
internal static class ExplanationJson
{
    /// <summary>Writes a member.</summary>
    public static void Write(Utf8JsonWriter json, string name, Explanation? explanation)
    {
        if (explanation is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Contributions(json, "contributions", explanation.Contributions);
        Contributions(json, "background", explanation.Background);
        json.WriteStartArray("attention");
        foreach (var step in explanation.Attention)
        {
            json.WriteStartObject();
            json.WriteNumber("hoursAgo", step.HoursAgo);
            json.WriteNumber("share", step.Share);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Number(json, "riskBefore", explanation.RiskBefore);
        Number(json, "hoursBefore", explanation.HoursBefore);
        Number(json, "riskChange", explanation.RiskChange);
        json.WriteEndObject();
    }

    private static void Contributions(Utf8JsonWriter json, string name, IReadOnlyList<InputContribution> contributions)
    {
        json.WriteStartArray(name);
        foreach (var contribution in contributions)
        {
            json.WriteStartObject();
            json.WriteString("input", contribution.Input);
            json.WriteNumber("logit", contribution.Logit);
            Number(json, "value", contribution.Value);
            Number(json, "change", contribution.Change);
            Word(json, "unit", contribution.Unit);
            Word(json, "direction", contribution.Direction == ValueDirection.None ? "" : EnumWord.Of(contribution.Direction));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double number)
    {
        if (double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void Word(Utf8JsonWriter json, string name, string word)
    {
        if (word.Length > 0)
            json.WriteString(name, word);
        else
            json.WriteNull(name);
    }
}
