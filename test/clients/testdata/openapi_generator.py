"""Cooks by the client of openapi-generator: openapi_generator.py URL NAME PASSWORD."""

import sys
from uuid import uuid4

import apidocs

url, name, password = sys.argv[1:]
configuration = apidocs.Configuration(host=url)
with apidocs.ApiClient(configuration) as client:
    credentials = apidocs.Credentials(username=name, password=password)
    configuration.access_token = apidocs.SessionApi(client).log_in(credentials).token
    recipes = apidocs.RecipesApi(client)
    id = uuid4()
    soup = apidocs.RecipeInput(name="Leek soup of Java", ingredients=[apidocs.IngredientInput(text="2 leeks")])
    put = recipes.put_recipe(id, soup, if_none_match="*")
    assert put.id == id and put.version == 1, put
    got = recipes.get_recipe(id)
    assert got == put and got.ingredients[0].quantity == 2, got
    found = recipes.search_recipes(q="java")
    assert [item.id for item in found.items] == [id], found
    try:
        recipes.put_recipe(id, soup, if_none_match="*")
        raise AssertionError("made a recipe twice")
    except apidocs.ApiException as problem:
        assert problem.status == 412 and problem.data.status == 412, problem
