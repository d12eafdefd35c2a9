package list

import (
	"strings"

	"larder.dev/recipe/food"
)

// Other is the aisle of unknown foods.
const Other = "other"

// Aisles returns the default aisles, in the order of a typical shop. The page translates their
// names; an aisle with any other name is the person's own.
func Aisles() []string {
	return []string{
		"produce", "bakery", "meat", "fish", "dairy", "frozen", "pantry", "baking", "spices", "snacks",
		"drinks", "household", Other,
	}
}

// aisleOf returns the aisle that the person chose for a food, otherwise that of most shops. A
// choice for "onion" applies to "red onion" too: the last words are tried after the whole name.
func aisleOf(food string, known map[string]Food) string {
	for _, tail := range tails(food) {
		if aisle := known[tail].Aisle; aisle != "" {
			return aisle
		}
		if aisle, found := shelves[tail]; found {
			return aisle
		}
	}
	return Other
}

// tails returns a text and its remainders without the first words, at word boundaries.
func tails(text string) []string {
	all := []string{text}
	for {
		_, rest, found := strings.Cut(text, " ")
		if !found {
			return all
		}
		all = append(all, rest)
		text = rest
	}
}

// shelves maps each food to its aisle, by Key.
//
//nolint:gochecknoglobals // a table, never written to
var shelves = stock(map[string]string{
	"produce": `apple apricot artichoke arugula asparagus aubergine avocado banana basil beet beetroot berry
		blackberry blueberry bok_choy broccoli brussels_sprout cabbage carrot cauliflower celery celeriac chard cherry
		chili chives cilantro coriander_leaf corn_on_the_cob courgette cranberry cucumber date dill eggplant endive
		fennel fig garlic garlic_clove ginger grape grapefruit green_bean green_onion herb kale kiwi kohlrabi leek
		lemon lemon_juice lemon_zest lettuce lime lime_juice mango melon mint mushroom nectarine okra onion orange
		orange_juice_fresh parsley parsnip pea_shoot peach pear bell_pepper red_pepper green_pepper pineapple plum
		pomegranate potato pumpkin radish raspberry rhubarb rocket romaine rosemary sage salad scallion shallot spinach
		spring_onion squash strawberry sweet_potato thyme tomato turnip watercress watermelon yam zucchini bean_sprout
		Apfel Aprikose Aubergine Banane Basilikum Birne Blumenkohl Bohne Brokkoli Champignon Chinakohl Dill Erdbeere
		Feldsalat Fenchel Frühlingszwiebel Gurke Himbeere Ingwer Karotte Kartoffel Kirsche Knoblauch Knoblauchzehe
		Kohl Kohlrabi Koriander Kürbis Lauch Limette Mangold Minze Möhre Orange Paprika Pastinake Petersilie Pfirsich
		Pflaume Pilz Porree Radieschen Rettich Rhabarber Rosenkohl Rosmarin Rotkohl Rucola Salat Salbei Salatgurke
		Schalotte Schnittlauch Sellerie Spargel Spinat Süßkartoffel Thymian Tomate Traube Weißkohl Wirsing Zitrone
		Zitronensaft Zucchini Zwiebel`,
	"bakery": `bread baguette bagel bun ciabatta croissant flatbread naan pita roll sourdough tortilla wrap brioche
		loaf toast Brot Brötchen Semmel Toast Toastbrot Fladenbrot Weißbrot`,
	"meat": `bacon beef chicken chicken_breast chicken_thigh chorizo duck ham lamb mince minced_beef ground_beef
		ground_pork ground_turkey pancetta pork prosciutto salami sausage steak turkey veal venison Hackfleisch Huhn
		Hähnchen Hähnchenbrust Kalb Kalbfleisch Lamm Pute Rind Rindfleisch Schinken Schweinefleisch Speck Wurst`,
	"fish": `anchovy cod crab fish haddock halibut mackerel mussel prawn salmon sardine scallop seafood shrimp squid
		trout tuna Fisch Forelle Garnele Kabeljau Lachs Matjes Muschel Thunfisch`,
	"dairy": `butter buttermilk cheese cheddar cream cream_cheese creme_fraiche cottage_cheese egg egg_white egg_yolk
		feta ghee goat_cheese gouda gruyere halloumi margarine mascarpone milk mozzarella parmesan pecorino quark
		ricotta sour_cream tofu whipping_cream heavy_cream yoghurt yogurt Butter Buttermilch Ei Eigelb Eiweiß
		Frischkäse Joghurt Käse Milch Parmesan Rahm Sahne Schlagsahne Schmand saure_Sahne Quark`,
	"frozen": `ice ice_cream frozen_pea pea puff_pastry filo_pastry Eis Erbse Blätterteig`,
	"pantry": `barley bean black_bean kidney_bean bouillon broth stock chicken_stock beef_stock vegetable_stock bulgur
		canned_tomato chickpea coconut_milk couscous crushed_tomato fish_sauce honey hot_sauce jam ketchup lentil
		macaroni maple_syrup mayonnaise mustard noodle oat oil olive olive_oil oyster_sauce passata pasta peanut_butter
		penne pesto pickle polenta quinoa rice sesame_oil soy_sauce spaghetti sriracha tahini tomato_paste tomato_puree
		tomato_sauce vegetable_oil vinegar worcestershire_sauce caper coconut_cream lasagne lasagna tomato_can
		Bulgur Brühe Gemüsebrühe Hühnerbrühe Essig Haferflocken Honig Kapern Kichererbse Kokosmilch Linse Marmelade
		Nudel Öl Olivenöl Reis Senf Sojasauce Tomatenmark Olive`,
	"baking": `almond almond_flour baking_powder baking_soda brown_sugar chocolate chocolate_chip cocoa cocoa_powder
		coconut cornflour cornstarch corn_starch dried_cranberry flour gelatin hazelnut icing_sugar nut pecan pine_nut
		powdered_sugar raisin semolina starch sugar vanilla vanilla_extract walnut yeast self_raising_flour
		Backpulver Grieß Hefe Kakao Mandel Mehl Natron Nuss Haselnuss Walnuss Puderzucker Rosine Schokolade Speisestärke
		Stärke Vanille Vanillezucker Zucker`,
	"spices": `allspice bay_leaf black_pepper cardamom cayenne cayenne_pepper chili_flake chili_powder cinnamon clove
		coriander cumin curry_powder fennel_seed garam_masala garlic_powder ground_pepper mustard_seed nutmeg onion_powder
		oregano paprika pepper peppercorn poppy_seed red_pepper_flake saffron salt sea_salt sesame_seed smoked_paprika
		spice star_anise turmeric Kardamom Kreuzkümmel Kümmel Kurkuma Lorbeerblatt Muskat Muskatnuss Nelke Oregano
		Paprikapulver Pfeffer Salz Zimt`,
	"snacks": `biscuit chip cookie cracker crisp popcorn pretzel Chip Keks`,
	"drinks": `apple_juice beer cider coffee cola juice orange_juice red_wine sherry sparkling_water tea tonic water
		white_wine wine Apfelsaft Bier Kaffee Orangensaft Rotwein Saft Tee Wasser Wein Weißwein`,
	"household": `aluminium_foil aluminum_foil baking_paper bin_bag candle detergent dish_soap napkin paper_towel
		parchment_paper soap sponge toilet_paper washing_powder Alufolie Backpapier Küchenrolle Müllbeutel Seife
		Spülmittel Toilettenpapier Waschmittel`,
})

func stock(table map[string]string) map[string]string {
	found := map[string]string{}
	for _, aisle := range Aisles() {
		for name := range strings.FieldsSeq(table[aisle]) {
			key := food.Key(strings.ReplaceAll(name, "_", " "))
			if _, taken := found[key]; !taken {
				found[key] = aisle
			}
		}
	}
	return found
}
