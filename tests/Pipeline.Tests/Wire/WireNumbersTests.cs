// Holds the numbers of C# enums to those of schemas/: they are the wire format.
using Google.Protobuf.Reflection;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class WireNumbersTests
{
    private static readonly EnumDescriptor VitalSigns = Enums("VitalSign");
    private static readonly EnumDescriptor Units = Enums("Unit");
    private static readonly EnumDescriptor Validities = Enums("Validity");
    private static readonly EnumDescriptor SourceClasses = Enums("SourceClass");

    [Fact]
    public void VitalSign_OnTheWire_IsItsNumberPlusOne() =>
        Assert.Equal(Named<VitalSign>(v => (int)v + 1, Abbreviated), InSchema(VitalSigns, "VITAL_SIGN_"));

    [Fact]
    public void SourceClass_OnTheWire_IsItsNumberPlusOne() =>
        Assert.Equal(Named<SourceClass>(s => (int)s + 1, Plain), InSchema(SourceClasses, "SOURCE_CLASS_"));

    [Fact]
    public void Unit_OnTheWire_IsItsNumber() => Assert.Equal(Named<Unit>(u => (int)u, Plain), InSchema(Units, "UNIT_"));

    [Fact]
    public void Validity_OnTheWire_IsItsNumber() => Assert.Equal(Named<Validity>(v => (int)v, Plain), InSchema(Validities, "VALIDITY_"));

    [Fact]
    public void VitalSign_Count_IsThatOfTheCatalogueAndTheSchema()
    {
        Assert.Equal(VitalSignCatalogue.Count, Enum.GetValues<VitalSign>().Length);
        Assert.Equal(VitalSignCatalogue.Count + 1, VitalSigns.Values.Count);
    }

    // The schema has no enum of reject reasons: dead letters name them, and Refused carries the number. So the numbers stand here.
    [Fact]
    public void RejectReason_Numbers_AreFixed()
    {
        string[] names =
        [
            "none", "unknown_vital_sign", "wrong_unit", "not_a_number", "out_of_range", "future_event_time", "repeated_in_frame",
            "malformed", "line_too_long", "truncated", "missing_field", "demo_data", "marked_as_error",
            "device_not_worn", "patient_discharged", "wrong_partition", "device_not_associated", "other_patient",
            "device_not_allowed", "unknown_patient",
        ];

        Assert.Equal(names, Enum.GetValues<RejectReason>().Order().Select(r => r.Name()));
        Assert.Equal(Enumerable.Range(0, RejectReasons.Count), Enum.GetValues<RejectReason>().Order().Select(r => (int)r));
    }

    [Fact]
    public void RecordKind_Numbers_AreFixed() => Assert.Equal(
        [
            "1 Frame", "2 PatientFacts", "3 Acknowledgement", "4 ModelAvailability", "5 Clock", "6 Refused", "7 DeviceAssociation",
            "8 PatientLimits", "9 Discharge", "10 ModelElected",
        ],
        Enum.GetValues<RecordKind>().Order().Select(k => $"{(int)k} {k}"));

    [Fact]
    public void AlertPriority_OnTheWire_IsItsNumber() => Assert.Equal(
        Enum.GetValues<AlertPriority>().Select(p => (int)p),
        Enum.GetValues<Proto.LimitLevel.Types.Priority>().Select(p => (int)p));

    private static EnumDescriptor Enums(string name) => Proto.VitalsReflection.Descriptor.FindTypeByName<EnumDescriptor>(name);

    // The schema's UNSPECIFIED stands for nothing given, which C# says with null.
    private static IEnumerable<string> InSchema(EnumDescriptor descriptor, string prefix) => descriptor.Values
        .Where(v => v.Name != prefix + "UNSPECIFIED")
        .Select(v => $"{v.Number} {v.Name[prefix.Length..].Replace("_", "", StringComparison.Ordinal)}")
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Named<T>(Func<T, int> number, Func<string, string> name)
        where T : struct, Enum =>
        Enum.GetValues<T>().Select(v => $"{number(v)} {name(v.ToString())}").Order(StringComparer.Ordinal);

    private static string Plain(string name) => name.ToUpperInvariant();

    private static string Abbreviated(string name) => name.ToUpperInvariant().Replace("CARBONDIOXIDE", "CO2", StringComparison.Ordinal);
}
